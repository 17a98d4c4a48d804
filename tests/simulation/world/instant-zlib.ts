/**
 * Makes compression end at once, in this thread. The thread pool would do it at a moment of its own, and nothing in a simulation may. To be
 * imported before anything that compresses.
 */
import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';

type Callback = (error: Error | null, result?: Uint8Array) => void;

function instant<Options>(work: (bytes: Uint8Array, options: Options) => Uint8Array) {
  return (bytes: Uint8Array, options: Options, callback: Callback): void => {
    const [error, result] = tryTo(() => work(bytes, options));
    queueMicrotask(() => callback(error, result));
  };
}

function tryTo(work: () => Uint8Array): [Error | null, Uint8Array?] {
  try {
    return [null, work()];
  } catch (error) {
    if (error instanceof Error) return [error];
    throw error;
  }
}

Object.assign(zlib, {
  deflateRaw: instant(zlib.deflateRawSync),
  inflateRaw: instant(zlib.inflateRawSync),
  zstdCompress: instant(zlib.zstdCompressSync),
  zstdDecompress: instant(zlib.zstdDecompressSync),
});
syncBuiltinESMExports();
