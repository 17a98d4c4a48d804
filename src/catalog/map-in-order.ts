/**
 * Runs `work` on each item, up to `limit` at a time, and yields the results in the order of the items. Takes no further
 * item while `limit` results wait, so memory stays bounded. Ends only when nothing that it started is still running.
 */
export async function* mapInOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  options: { readonly limit: number; readonly signal?: AbortSignal | undefined; work(item: T): Promise<R> },
): AsyncGenerator<R, void, undefined> {
  const { limit, signal, work } = options;
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      signal?.throwIfAborted();
      const result = work(item);
      // Whoever waits for an earlier one must not leave this one without a listener.
      result.catch(() => undefined);
      running.push(result);
      const [first] = running;
      if (running.length < limit || !first) continue;
      const value = await first;
      running.splice(0, 1);
      yield value;
    }
    for (let first = running[0]; first; first = running[0]) {
      const value = await first;
      running.splice(0, 1);
      yield value;
    }
  } finally {
    await Promise.allSettled(running);
  }
}
