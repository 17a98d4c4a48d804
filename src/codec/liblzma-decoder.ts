import { type Liblzma, type LiblzmaOptions, LZMA } from './liblzma.ts';
import type { LzmaDecoder } from './lzma-decoder.ts';
import { LZMA_MEMORY_LIMIT_BYTES, lzmaError } from './lzma-error.ts';

/** Most control.tar fit into the first buffer. */
const FIRST_BYTES = 16_384;
const PIECE_BYTES = 65_536;

/** What a decoder is made with; only encoders look at what comes before the limit, but it has to be there. */
export const LIBLZMA_DECODER: LiblzmaOptions = {
  check: LZMA.checkCrc32,
  preset: 0,
  filters: [LZMA.filterLzma2],
  threads: 1,
  memlimit: LZMA_MEMORY_LIMIT_BYTES,
};

/** Decodes xz with node-liblzma, into pieces of at most 64 KiB. Fails as `createLzmaDecoder` does. */
export function createLiblzmaDecoder(liblzma: Liblzma, { name }: { readonly name: string }): LzmaDecoder {
  const stream = new liblzma(LZMA.decode, LIBLZMA_DECODER);
  let output = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let filled = 0;

  function* code(action: number, input: Uint8Array | null): Generator<Uint8Array, void> {
    const inputBytes = input?.length ?? 0;
    let inputLeft = inputBytes;
    for (;;) {
      const start = filled;
      const result = stream.codeSync(action, input, inputBytes - inputLeft, inputLeft, output, start);
      const status = result[0];
      inputLeft = result[1];
      filled = output.length - result[2];
      if (filled > start) yield output.subarray(start, filled);
      if (status === LZMA.streamEnd) return;
      // No output was left to make, which shows only when there is room for it.
      if (status === LZMA.bufferError && action === LZMA.run && inputLeft === 0) return;
      if (status !== LZMA.ok) throw lzmaError(name, status);
      if (filled === output.length) {
        output = Buffer.allocUnsafeSlow(PIECE_BYTES);
        filled = 0;
      } else if (action === LZMA.run && inputLeft === 0) return;
    }
  }

  return {
    pieces: (chunk) => (chunk.length === 0 ? [] : code(LZMA.run, chunk)),
    end: () => code(LZMA.finish, null),
    close: () => stream.close(),
  };
}
