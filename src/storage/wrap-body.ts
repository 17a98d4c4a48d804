/** One step of an iteration over a body. */
export type BodyStep = () => Promise<IteratorResult<Uint8Array>>;

/**
 * A body that is read through `around`. `return()` reaches the source also when nothing was read yet, which an async
 * generator would not do.
 */
export function wrapBody(
  body: AsyncIterable<Uint8Array>,
  around: {
    readonly step: (step: BodyStep) => Promise<IteratorResult<Uint8Array>>;
    readonly end?: () => void;
  },
): AsyncIterableIterator<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: () => around.step(() => source.next()),
    return: async () => {
      around.end?.();
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
