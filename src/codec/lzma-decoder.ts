import { liblzma } from './liblzma.ts';
import { createLiblzmaDecoder } from './liblzma-decoder.ts';
import { createLzmaNativeDecoder } from './lzma-native-decoder.ts';

/** Turns compressed bytes into plain ones, at once. Each call is to be read to its end before the next. */
export interface LzmaDecoder {
  /** The plain bytes that `chunk` completes, made as they are read: at most 16 MiB are in memory at a time. */
  pieces(chunk: Uint8Array): Iterable<Uint8Array>;
  /** Says that nothing follows. Fails with ARCHIVE_TRUNCATED when something is missing. */
  end(): Iterable<Uint8Array>;
  /** Frees the memory of liblzma; needed when `end` is not read to its end, harmless otherwise. */
  close(): void;
}

/**
 * Decodes xz (several streams and stream padding, as xz does) or one lzma stream. Fails with ARCHIVE_CORRUPT,
 * ARCHIVE_TRUNCATED, or, for a dictionary that needs over 256 MiB, ARCHIVE_TOO_LARGE.
 */
export function createLzmaDecoder(format: 'xz' | 'lzma', context: { readonly name: string }): LzmaDecoder {
  // The faster library has no decoder for lzma, which no package has had for ten years.
  if (format === 'xz' && liblzma) return createLiblzmaDecoder(liblzma, context);
  return createLzmaNativeDecoder(format, context);
}
