import type { Scheduler } from './scheduler.ts';

/** Runs `work` with `setTimeout` in virtual time: what asks for no clock has none of its own either. */
export async function withVirtualTimers<T>(
  { after }: Pick<Scheduler, 'after'>,
  work: () => Promise<T>,
): Promise<T> {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const cancels = new Map<object, () => void>();
  const virtual = {
    setTimeout: <A extends unknown[]>(happen: (...args: A) => void, ms = 0, ...args: A): object => {
      const timer = {};
      cancels.set(
        timer,
        after(ms, () => happen(...args)),
      );
      return timer;
    },
    clearTimeout: (timer: object): void => cancels.get(timer)?.(),
  };
  Object.assign(globalThis, virtual);
  try {
    return await work();
  } finally {
    Object.assign(globalThis, real);
  }
}
