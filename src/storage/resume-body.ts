/** What is needed to go on with a body that broke off. */
export interface ResumeOptions {
  /** Opens the rest after `done` bytes; `error` says what broke off. */
  readonly reopen: (done: number, error: unknown) => Promise<AsyncIterator<Uint8Array>>;
  /** Waits before another try, or throws `error`. `failures` counts those since the last bytes. */
  readonly pause: (error: unknown, failures: number) => Promise<void>;
}

/** A body that goes on where it broke off, as far as `pause` lets it. `return()` reaches the source at any time. */
export function resumeBody(
  body: AsyncIterable<Uint8Array>,
  { reopen, pause }: ResumeOptions,
): AsyncIterableIterator<Uint8Array> {
  let source: AsyncIterator<Uint8Array> | undefined = body[Symbol.asyncIterator]();
  let done = 0;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    let reason: unknown;
    for (let failures = 0; ; ) {
      try {
        source ??= await reopen(done, reason);
        const step = await source.next();
        if (!step.done) done += step.value.length;
        return step;
      } catch (error) {
        source = undefined;
        reason = error;
        await pause(error, ++failures);
      }
    }
  };
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next,
    return: async () => {
      await source?.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
