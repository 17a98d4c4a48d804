import { archiveCorrupt, archiveTooLarge, archiveTruncated } from './archive-error.ts';

/** The window of `zstd --ultra -22`, beyond which node:zlib refuses a frame. */
const MAX_ZSTD_WINDOW_BYTES = 134_217_728;

/** Turns an error of node:zlib into ARCHIVE_CORRUPT, _TRUNCATED or _TOO_LARGE; leaves other errors alone. */
export function fromZlibError(name: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause;
  if (cause.code === 'Z_BUF_ERROR') return archiveTruncated(name, 'the compressed data has no end', cause);
  if (cause.code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return archiveTooLarge(name, { what: 'the window of its zstd frame', limit: MAX_ZSTD_WINDOW_BYTES });
  }
  if (/^(Z|ZSTD_error)_/.test(cause.code)) return archiveCorrupt(name, `zlib says "${cause.message}"`, cause);
  return cause;
}

/** True for the error of a call whose output is more than `maxOutputLength`. */
export function isOverMaxOutput(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
