import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** `lzma_code()` of liblzma on buffers: what the binding of node-liblzma 5 offers below its streams. */
export interface LiblzmaStream {
  /** Codes until the input is used up or the output is full. Gives the status and what is left of input and output. */
  codeSync(
    action: number,
    input: Uint8Array | null,
    inputOffset: number,
    inputBytes: number,
    output: Uint8Array,
    outputOffset: number,
  ): readonly [status: number, inputLeft: number, outputLeft: number];
  /** The same in the thread pool. `done` may not call `code` itself: the binding is not ready for it before it returns. */
  code(
    action: number,
    input: Uint8Array | null,
    inputOffset: number,
    inputBytes: number,
    output: Uint8Array,
    outputOffset: number,
    done: (status: number, inputLeft: number, outputLeft: number) => void,
  ): void;
  /** Frees the coder. */
  close(): void;
}

/** What a stream is made with; a decoder looks at `memlimit` only. */
export interface LiblzmaOptions {
  readonly check: number;
  readonly preset: number;
  readonly filters: readonly number[];
  readonly threads: number;
  /** Bytes. */
  readonly memlimit?: number;
}

/** Makes streams, which encode (mode 0) or decode several xz streams in a row (mode 1). */
export type Liblzma = new (mode: number, options: LiblzmaOptions) => LiblzmaStream;

/** Values of liblzma's base.h, check.h and lzma12.h, and the modes of the binding. */
export const LZMA = {
  encode: 0,
  decode: 1,
  run: 0,
  finish: 3,
  ok: 0,
  streamEnd: 1,
  memLimitError: 6,
  bufferError: 10,
  checkCrc32: 1,
  filterLzma2: 0x21,
} as const;

/**
 * The optimised liblzma of node-liblzma; undefined on a machine where it neither came prebuilt nor could be compiled
 * (its prebuilt one wants the libstdc++ of GCC 13, which Debian 12 has not). Taken from below the streams of that library,
 * because those bound no output; lzma-native is there for all others, at twice the time.
 */
export const liblzma: Liblzma | undefined = loadLiblzma();

function loadLiblzma(): Liblzma | undefined {
  const require = createRequire(import.meta.url);
  try {
    const load: (folder: string) => unknown = require('node-gyp-build');
    const binding = load(dirname(dirname(require.resolve('node-liblzma'))));
    return hasLiblzma(binding) ? binding.LZMA : undefined;
  } catch (error) {
    if (isLoadFailure(error)) return undefined;
    throw error;
  }
}

function hasLiblzma(binding: unknown): binding is { readonly LZMA: Liblzma } {
  return (
    typeof binding === 'object' &&
    binding !== null &&
    'LZMA' in binding &&
    typeof binding.LZMA === 'function' &&
    'codeSync' in binding.LZMA.prototype
  );
}

/** Not installed, no binary for this platform, or one that wants newer system libraries. */
function isLoadFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'MODULE_NOT_FOUND' ||
    code === 'ERR_DLOPEN_FAILED' ||
    error.message.startsWith('No native build was found')
  );
}
