import lzma from 'lzma-native';
import { archiveCorrupt, archiveTooLarge, archiveTruncated } from './archive-error.ts';

/** Turns compressed bytes into plain ones, at once. */
export interface LzmaDecoder {
  /** The plain bytes that `slice` completes: up to some 7,000 times its size, so slices are to be small. */
  push(slice: Uint8Array): readonly Uint8Array[];
  /** Says that nothing follows. Fails with ARCHIVE_TRUNCATED when something is missing. */
  end(): readonly Uint8Array[];
  /** Frees the memory of liblzma; needed when `end` is not reached, harmless otherwise. */
  close(): void;
}

/** Slices of this size keep what one `push` can give below 16 MiB. */
export const LZMA_SLICE_BYTES = 2048;

/** A dictionary of 64 MiB, as of `xz -9`, needs 65 MiB. */
const MEMORY_LIMIT_BYTES = 268_435_456;
const LZMA_CONCATENATED = 0x08;

// lzma_ret of liblzma's base.h
const LZMA_MEMLIMIT_ERROR = 6;
const LZMA_BUF_ERROR = 10;

/**
 * Decodes xz (several streams and stream padding, as xz does) or one lzma stream. Fails with ARCHIVE_CORRUPT,
 * ARCHIVE_TRUNCATED, or, for a dictionary that needs over 256 MiB, ARCHIVE_TOO_LARGE.
 */
export function createLzmaDecoder(format: 'xz' | 'lzma', context: { readonly name: string }): LzmaDecoder {
  const { name } = context;
  const stream = new lzma.Stream();
  let output: Uint8Array[] = [];
  let failure: (Error & { readonly code?: number }) | undefined;
  let consumed: number | undefined;
  let pushed = 0;
  stream.bufferHandler = (bytes, processedChunks, error, totalIn) => {
    if (error) failure = error;
    else if (bytes) output.push(bytes);
    else if (processedChunks === undefined) consumed = totalIn ?? pushed;
  };
  if (format === 'xz') stream.streamDecoder({ memlimit: MEMORY_LIMIT_BYTES, flags: LZMA_CONCATENATED });
  else stream.aloneDecoder({ memlimit: MEMORY_LIMIT_BYTES });

  function code(slice: Uint8Array | null): readonly Uint8Array[] {
    output = [];
    if (consumed === undefined) stream.code(slice, false);
    if (failure) throw lzmaError(name, failure);
    return output;
  }

  return {
    push: (slice) => {
      const done = consumed;
      const before = pushed;
      pushed += slice.length;
      const plain = code(slice);
      if (consumed !== undefined) {
        const rest = slice.subarray(done === undefined ? consumed - before : 0);
        if (rest.some((byte) => byte !== 0)) throw archiveCorrupt(name, 'bytes follow the compressed data');
      }
      return plain;
    },
    end: () => {
      const plain = code(null);
      if (consumed === undefined) throw archiveTruncated(name, 'the compressed data has no end');
      return plain;
    },
    close: () => stream.resetUnderlying(),
  };
}

function lzmaError(name: string, cause: Error & { readonly code?: number }): Error {
  if (cause.code === LZMA_BUF_ERROR) return archiveTruncated(name, 'the compressed data has no end', cause);
  if (cause.code === LZMA_MEMLIMIT_ERROR) {
    return archiveTooLarge(name, { what: 'the memory to decompress it', limit: MEMORY_LIMIT_BYTES });
  }
  return archiveCorrupt(name, `liblzma says "${cause.message}"`, cause);
}
