/**
 * Decompression with a limit, for whatever packages and indexes are compressed with.
 *
 * ```
 * in memory, ≤ 1 MiB ──▶ decompressSmall ──▶ one piece, made at once        (a control.tar: no turn of the event loop)
 *                              │ plain text over 4 MiB
 * larger, or streamed ──▶ decompressStream ──▶ pieces, made as they are read (memory stays small)
 * ```
 */
import { archiveTooLarge } from './archive-error.ts';
import type { CompressionEncoding } from './compression-encoding.ts';
import { decompressSmall } from './decompress-small.ts';
import { decompressStream } from './decompress-stream.ts';

const SMALL_INPUT_BYTES = 1_048_576;
const SMALL_OUTPUT_BYTES = 4_194_304;

export interface DecompressOptions {
  /** What to call the input in messages. */
  readonly name: string;
  /** How many plain bytes to give at most. */
  readonly limitBytes: number;
}

/**
 * The plain bytes of `source`, for `for await`. A piece is lent: it holds until the next one is asked for, or until
 * anything else is decompressed in this thread. Several gzip members, xz streams (with padding),
 * zstd frames and bzip2 streams give the concatenation; after them only zeros may follow.
 *
 * Fails in the call or while the pieces are read, naming `options.name`: ARCHIVE_TOO_LARGE for more than `limitBytes` or
 * a window that takes too much memory, ARCHIVE_TRUNCATED, ARCHIVE_CORRUPT. What the source throws comes through.
 */
export function decompress(
  encoding: CompressionEncoding,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (!(source instanceof Uint8Array)) return decompressStream(encoding, source, options);
  if (encoding === 'none') {
    if (source.length <= options.limitBytes) return [source];
    throw archiveTooLarge(options.name, { what: 'its bytes', limit: options.limitBytes });
  }
  if (source.length <= SMALL_INPUT_BYTES) {
    const plain = decompressSmall(encoding, source, { ...options, smallBytes: SMALL_OUTPUT_BYTES });
    if (plain) return [plain];
  }
  return decompressStream(encoding, source, options);
}
