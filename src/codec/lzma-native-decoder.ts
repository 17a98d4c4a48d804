import { createRequire } from 'node:module';
import { archiveCorrupt, archiveTruncated } from './archive-error.ts';
import type { LzmaDecoder } from './lzma-decoder.ts';
import { LZMA_MEMORY_LIMIT_BYTES, lzmaError } from './lzma-error.ts';

/** Its calls give up to some 7,000 times what they take: slices of this size keep that below 16 MiB. */
const SLICE_BYTES = 2048;
const LZMA_CONCATENATED = 0x08;

/** Loads lzma-native when it is first needed, which takes 18 ms. Node keeps the module, so later calls are free. */
export function loadLzmaNative(): typeof import('lzma-native') {
  return createRequire(import.meta.url)('lzma-native');
}

/** Decodes xz or lzma with lzma-native. Fails as `createLzmaDecoder` does. */
export function createLzmaNativeDecoder(
  format: 'xz' | 'lzma',
  { name }: { readonly name: string },
): LzmaDecoder {
  const { Stream } = loadLzmaNative();
  const stream = new Stream();
  let output: Uint8Array[] = [];
  let failure: (Error & { readonly code?: number }) | undefined;
  let consumed: number | undefined;
  let pushed = 0;
  stream.bufferHandler = (bytes, processedChunks, error, totalIn) => {
    if (error) failure = error;
    else if (bytes) output.push(bytes);
    else if (processedChunks === undefined) consumed = totalIn ?? pushed;
  };
  if (format === 'xz') stream.streamDecoder({ memlimit: LZMA_MEMORY_LIMIT_BYTES, flags: LZMA_CONCATENATED });
  else stream.aloneDecoder({ memlimit: LZMA_MEMORY_LIMIT_BYTES });

  function code(slice: Uint8Array | null): readonly Uint8Array[] {
    output = [];
    if (consumed === undefined) stream.code(slice, false);
    if (failure) throw lzmaError(name, failure.code, failure);
    return output;
  }

  function push(slice: Uint8Array): readonly Uint8Array[] {
    const done = consumed;
    const before = pushed;
    pushed += slice.length;
    const plain = code(slice);
    if (consumed !== undefined) {
      const rest = slice.subarray(done === undefined ? consumed - before : 0);
      if (rest.some((byte) => byte !== 0)) throw archiveCorrupt(name, 'bytes follow the compressed data');
    }
    return plain;
  }

  return {
    *pieces(chunk) {
      for (let at = 0; at < chunk.length; at += SLICE_BYTES)
        yield* push(chunk.subarray(at, at + SLICE_BYTES));
    },
    *end() {
      yield* code(null);
      if (consumed === undefined) throw archiveTruncated(name, 'the compressed data has no end');
    },
    close: () => stream.resetUnderlying(),
  };
}
