import { archiveCorrupt, archiveTooLarge, archiveTruncated } from './archive-error.ts';
import { LZMA } from './liblzma.ts';

/** The memory of a decoder. A dictionary of 64 MiB, as of `xz -9`, needs 65 MiB. */
export const LZMA_MEMORY_LIMIT_BYTES = 268_435_456;

const REASONS: Readonly<Record<number, string>> = {
  5: 'Cannot allocate memory',
  7: 'File format not recognized',
  8: 'Unsupported compression options',
  9: 'Compressed data is corrupt',
};

/** The error for a status of `lzma_code()` (`lzma_ret` in liblzma's base.h). */
export function lzmaError(name: string, status: number | undefined, cause?: unknown): Error {
  if (status === LZMA.bufferError) return archiveTruncated(name, 'the compressed data has no end', cause);
  if (status === LZMA.memLimitError) {
    return archiveTooLarge(name, { what: 'the memory to decompress it', limit: LZMA_MEMORY_LIMIT_BYTES });
  }
  return archiveCorrupt(name, `liblzma says "${REASONS[status ?? -1] ?? `status ${status}`}"`, cause);
}
