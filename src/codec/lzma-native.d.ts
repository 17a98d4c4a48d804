/** The part of lzma-native 8 that is used: its stream of liblzma calls, without the Node stream around it. */
declare module 'lzma-native' {
  export const FILTER_LZMA2: string;

  /** lzma_options_lzma of liblzma. Names that are not of this list are ignored without an error. */
  export interface LzmaOptions {
    readonly dictSize: number;
    readonly lc: number;
    readonly lp: number;
    readonly pb: number;
    readonly mode: number;
    readonly mf: number;
    readonly niceLen: number;
    readonly depth: number;
  }

  /** `bufferHandler` is called with output, with null at the end of the stream, or with an error in the third place. */
  export class Stream {
    bufferHandler: (
      output: Uint8Array | null | undefined,
      processedChunks: number | undefined,
      error: (Error & { readonly code?: number }) | null | undefined,
      totalIn: number | null,
      totalOut: number | null,
    ) => void;
    streamDecoder(options: { readonly memlimit: number; readonly flags: number }): void;
    aloneDecoder(options: { readonly memlimit: number }): void;
    streamEncoder(options: {
      readonly filters: readonly { readonly id: string; readonly options: LzmaOptions }[];
      readonly check: number;
    }): void;
    /** Codes `chunk`, or finishes when it is null; `async`: in the thread pool. */
    code(chunk: Uint8Array | null, async: boolean): void;
    /** Frees the coder. */
    resetUnderlying(): void;
  }
}
