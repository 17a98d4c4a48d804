import zlib from 'node:zlib';
import { archiveCorrupt, archiveTruncated } from './archive-error.ts';
import { consumedOf } from './zlib-consumed.ts';
import { fromZlibError, isOverMaxOutput } from './zlib-error.ts';
import { createZstdFrameWalker } from './zstd-frame.ts';

interface PiecesOptions {
  readonly name: string;
  /** Size that no piece may have more than. */
  readonly maxBytes: number;
}

/**
 * Decompresses gzip (all members in one piece) or zstd (a piece per frame) at once. Undefined stands for a piece of more
 * than `maxBytes`. Fails with ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE.
 */
export function* zlibPieces(
  format: 'gzip' | 'zstd',
  bytes: Uint8Array,
  options: PiecesOptions,
): Generator<Uint8Array | undefined> {
  if (format === 'gzip') {
    yield once(() => gunzip(bytes, options), options.name);
    return;
  }
  const walker = createZstdFrameWalker(options);
  let at = 0;
  do {
    const length = walker.take(bytes.subarray(at));
    if (!walker.atBoundary() || length === 0)
      throw archiveTruncated(options.name, 'its last zstd frame has no end');
    const frame = bytes.subarray(at, at + length);
    at += length;
    yield once(
      () => zlib.zstdDecompressSync(frame, { maxOutputLength: atLeastOne(options.maxBytes) }),
      options.name,
    );
  } while (!isZeros(bytes.subarray(at)));
}

/** True when all bytes are zero: padding, that may follow compressed data. */
export function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function gunzip(bytes: Uint8Array, options: PiecesOptions): Uint8Array {
  const { plain, usedBytes } = consumedOf(
    zlib.gunzipSync(bytes, { info: true, maxOutputLength: atLeastOne(options.maxBytes) }),
  );
  if (!isZeros(bytes.subarray(usedBytes)))
    throw archiveCorrupt(options.name, 'bytes follow the compressed data');
  return plain;
}

function once(decode: () => Uint8Array, name: string): Uint8Array | undefined {
  try {
    return decode();
  } catch (error) {
    if (isOverMaxOutput(error)) return undefined;
    throw fromZlibError(name, error);
  }
}

/** node:zlib takes no limit of 0; the caller sees the byte that is too many. */
function atLeastOne(bytes: number): number {
  return Math.max(1, bytes);
}
