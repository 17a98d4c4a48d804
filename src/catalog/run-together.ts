/**
 * Runs two pieces of work at the same time. When one fails, the signal that both get is aborted; the call fails with that
 * error once both have ended.
 */
export async function runTogether<A, B>(
  signal: AbortSignal | undefined,
  start: (signal: AbortSignal) => readonly [Promise<A>, Promise<B>],
): Promise<[A, B]> {
  const stop = new AbortController();
  const works = start(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
  for (const work of works) work.catch((error: unknown) => stop.abort(error));
  await Promise.allSettled(works);
  if (stop.signal.aborted) throw stop.signal.reason;
  return Promise.all(works);
}
