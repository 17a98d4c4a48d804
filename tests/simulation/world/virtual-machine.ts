import type { Scheduler } from './scheduler.ts';

interface VirtualMachine extends Pick<Scheduler, 'after' | 'now'> {
  readonly random: () => number;
}

/** Runs `work` with timers, `Date.now` and `Math.random` of the simulation: what asks for none has none of its own either. */
export async function withVirtualMachine<T>(
  { after, now, random }: VirtualMachine,
  work: () => Promise<T>,
): Promise<T> {
  const real = {
    timers: { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout },
    now: Date.now,
    random: Math.random,
  };
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
  Object.assign(Date, { now });
  Object.assign(Math, { random });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, real.timers);
    Object.assign(Date, { now: real.now });
    Object.assign(Math, { random: real.random });
  }
}
