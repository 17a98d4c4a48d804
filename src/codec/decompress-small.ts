import { archiveTooLarge } from './archive-error.ts';
import { createBunzip } from './bunzip.ts';
import type { CompressionEncoding } from './compression-encoding.ts';
import { liblzma } from './liblzma.ts';
import { decodeXzAtOnce } from './liblzma-at-once.ts';
import { createLzmaDecoder } from './lzma-decoder.ts';
import { zlibPieces } from './zlib-pieces.ts';

interface SmallOptions {
  readonly name: string;
  readonly limitBytes: number;
  /** Beyond this the work is to be done in pieces. */
  readonly smallBytes: number;
}

/**
 * Decompresses at once. What it gives may be overwritten by the next call in this thread. Undefined when the plain text is
 * over `smallBytes`, and that is within the limit. Fails as `decompress` does.
 */
export function decompressSmall(
  encoding: Exclude<CompressionEncoding, 'none'>,
  bytes: Uint8Array,
  options: SmallOptions,
): Uint8Array | undefined {
  const lent = encoding === 'xz' && liblzma ? decodeXzAtOnce(liblzma, bytes) : undefined;
  if (lent && lent.length <= options.limitBytes) return lent;
  const pieces: Uint8Array[] = [];
  const maxBytes = Math.min(options.limitBytes, options.smallBytes);
  let plainBytes = 0;
  for (const piece of piecesOf(encoding, bytes, { name: options.name, maxBytes })) {
    if (piece === undefined || plainBytes + piece.length > maxBytes) {
      if (options.limitBytes > options.smallBytes) return undefined;
      throw archiveTooLarge(options.name, { what: 'its plain text', limit: options.limitBytes });
    }
    plainBytes += piece.length;
    pieces.push(piece);
  }
  const first = pieces[0];
  return pieces.length === 1 && first ? first : Buffer.concat(pieces, plainBytes);
}

/** Undefined in the place of a piece that is larger than `maxBytes`. */
function piecesOf(
  encoding: Exclude<CompressionEncoding, 'none'>,
  bytes: Uint8Array,
  options: { name: string; maxBytes: number },
): Iterable<Uint8Array | undefined> {
  if (encoding === 'gzip' || encoding === 'zstd') return zlibPieces(encoding, bytes, options);
  if (encoding === 'bzip2') return bunzipPieces(bytes, options.name);
  return lzmaPieces(encoding, bytes, options.name);
}

function bunzipPieces(bytes: Uint8Array, name: string): Iterable<Uint8Array> {
  const decoder = createBunzip({ name });
  decoder.append(bytes);
  decoder.finish();
  return decoder.pieces();
}

function* lzmaPieces(format: 'xz' | 'lzma', bytes: Uint8Array, name: string): Generator<Uint8Array> {
  const decoder = createLzmaDecoder(format, { name });
  try {
    yield* decoder.pieces(bytes);
    yield* decoder.end();
  } finally {
    decoder.close();
  }
}
