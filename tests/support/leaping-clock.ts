import type { Clock } from '../../src/core/clock.ts';

/** Time that passes only while somebody sleeps, and then at once. */
export interface LeapingClock extends Clock {
  /** How long each sleep was, in their order. */
  readonly slept: readonly number[];
  pass(ms: number): void;
}

export function leapingClock(startMs: number = Date.UTC(2026, 0, 1)): LeapingClock {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    pass: (ms) => {
      nowMs += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      nowMs += ms;
    },
  };
}
