import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { archiveCorrupt, archiveTruncated } from './archive-error.ts';
import { fromZlibError } from './zlib-error.ts';
import { isZeros } from './zlib-pieces.ts';
import { createZstdFrameWalker } from './zstd-frame.ts';

const PIECE_BYTES = 65_536;

/** Decompresses gzip or zstd in the thread pool, no faster than the pieces are taken. Fails as `decompress` does. */
export async function* zlibStream(
  format: 'gzip' | 'zstd',
  source: AsyncIterable<Uint8Array>,
  options: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const { name } = options;
  const isGzip = format === 'gzip';
  const decoder = isGzip
    ? zlib.createGunzip({ chunkSize: PIECE_BYTES })
    : zlib.createZstdDecompress({ chunkSize: PIECE_BYTES });
  const input = isGzip ? source : zstdFrames(source, name);
  // Settles to an error instead of rejecting, so that none is unhandled when the pieces are not read to the end.
  const feeding = feed(decoder, input, name).catch((error: unknown) => {
    decoder.destroy(error instanceof Error ? error : new Error('The source failed', { cause: error }));
    return { error };
  });
  try {
    for await (const piece of decoder) yield piece;
  } catch (error) {
    throw fromZlibError(name, error);
  }
  const failed = await feeding;
  if (failed) throw fromZlibError(name, failed.error);
}

async function feed(
  decoder: Transform & { readonly bytesWritten: number },
  input: AsyncIterable<Uint8Array>,
  name: string,
): Promise<undefined> {
  let fedBytes = 0;
  let ended = false;
  for await (const chunk of input) {
    let rest = chunk;
    if (!ended) {
      await write(decoder, chunk);
      fedBytes += chunk.length;
      rest = chunk.subarray(chunk.length - (fedBytes - decoder.bytesWritten));
      ended = rest.length > 0;
    }
    if (!isZeros(rest)) throw archiveCorrupt(name, 'bytes follow the compressed data');
  }
  if (fedBytes === 0) throw archiveTruncated(name, 'it is empty');
  if (!ended) decoder.end();
  return undefined;
}

/** Resolves when `chunk` is decoded; rejects when the decoder is closed first. */
function write(decoder: Transform, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => {
      reject(new Error('The plain bytes are not wanted any more'));
    };
    decoder.once('close', onClose);
    decoder.write(chunk, (error) => {
      decoder.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Cuts the source where frames end, for node:zlib loses its place inside a chunk; drops zeros after the last frame. */
async function* zstdFrames(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const walker = createZstdFrameWalker({ name });
  let started = false;
  let padding = false;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const rest = chunk.subarray(at);
      padding ||= started && walker.atBoundary() && rest[0] === 0;
      if (padding) {
        if (!isZeros(rest)) throw archiveCorrupt(name, 'bytes follow the compressed data');
        break;
      }
      const length = walker.take(rest);
      started = true;
      at += length;
      yield rest.subarray(0, length);
    }
  }
  if (!started || !walker.atBoundary()) throw archiveTruncated(name, 'its last zstd frame has no end');
}
