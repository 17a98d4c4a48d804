/** For work that nobody may come to wait for. Whoever does is told of its error; else it is no unhandled rejection. */
export function quietly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
