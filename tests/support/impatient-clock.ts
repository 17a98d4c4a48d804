import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../src/core/clock.ts';
import { REAL_MS } from './simulated-publisher.ts';

/** The machine's time plus all that was slept through: whoever waits is there at once. Those who share it meet one time. */
export function impatientClock(): Clock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      const wakeMs = Date.now() + aheadMs + ms;
      await setTimeout(REAL_MS);
      aheadMs = Math.max(aheadMs, wakeMs - Date.now());
    },
  };
}
