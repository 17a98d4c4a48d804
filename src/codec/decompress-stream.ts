import { setImmediate } from 'node:timers/promises';
import { archiveTooLarge } from './archive-error.ts';
import { bunzipStream } from './bunzip.ts';
import type { CompressionEncoding } from './compression-encoding.ts';
import { createLzmaDecoder } from './lzma-decoder.ts';
import { zlibStream } from './zlib-stream.ts';

const CHUNK_BYTES = 65_536;

/** Decompresses piece by piece, in little memory. Fails as `decompress` does, while the pieces are read. */
export async function* decompressStream(
  encoding: CompressionEncoding,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  options: { readonly name: string; readonly limitBytes: number },
): AsyncGenerator<Uint8Array> {
  const input = source instanceof Uint8Array ? chunksOf(source) : source;
  let plainBytes = 0;
  for await (const piece of piecesOf(encoding, input, options)) {
    plainBytes += piece.length;
    if (plainBytes > options.limitBytes) {
      throw archiveTooLarge(options.name, { what: 'its plain text', limit: options.limitBytes });
    }
    yield piece;
  }
}

function piecesOf(
  encoding: CompressionEncoding,
  input: AsyncIterable<Uint8Array>,
  options: { readonly name: string },
): AsyncIterable<Uint8Array> {
  switch (encoding) {
    case 'none':
      return input;
    case 'gzip':
    case 'zstd':
      return zlibStream(encoding, input, options);
    case 'xz':
    case 'lzma':
      return lzmaStream(encoding, input, options);
    case 'bzip2':
      return bunzipStream(input, options);
  }
}

async function* lzmaStream(
  format: 'xz' | 'lzma',
  input: AsyncIterable<Uint8Array>,
  options: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const decoder = createLzmaDecoder(format, options);
  try {
    for await (const chunk of input) yield* decoder.pieces(chunk);
    yield* decoder.end();
  } finally {
    decoder.close();
  }
}

/** Lets other work run between the chunks, as reading them from elsewhere would. */
async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    yield bytes.subarray(at, at + CHUNK_BYTES);
    await setImmediate();
  }
}
