/** The part of lzma-native 8 that is used: its stream of liblzma calls, without the Node stream around it. */
declare module 'lzma-native' {
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
    easyEncoder(options: { readonly preset: number; readonly check: number }): void;
    /** Codes `chunk`, or finishes when it is null; `async`: in the thread pool. */
    code(chunk: Uint8Array | null, async: boolean): void;
    /** Frees the coder. */
    resetUnderlying(): void;
  }
}
