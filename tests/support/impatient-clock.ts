import type { Clock } from '../../src/core/clock.ts';

/** The machine's time plus all that was slept through: whoever waits is there at once. Those who share it meet one time. */
export function impatientClock(): Clock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      const wakeMs = Date.now() + aheadMs + ms;
      await new Promise(setImmediate);
      aheadMs = Math.max(aheadMs, wakeMs - Date.now());
    },
  };
}
