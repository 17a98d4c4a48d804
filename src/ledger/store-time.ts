/**
 * The store's time: this machine's clock and its distance from the store's, which every write shows. Two machines whose clocks
 * disagree sign dates by one clock all the same.
 */
import type { Clock } from '../core/clock.ts';

/** Dates of a store are whole seconds, whatever it has more. */
const PRECISION_MS = 1000;

export interface StoreTime {
  /** Milliseconds since 1970; at most a second behind the store, never ahead of it by more than its precision. */
  now(): number;
  /** Learns from a date that the store gave to something written between the two moments, both of `clock`. */
  observe(modifiedMs: number, written: { readonly fromMs: number; readonly toMs: number }): void;
}

export function createStoreTime(clock: Clock): StoreTime {
  let offsetMs = 0;
  return {
    now: () => clock.now() + offsetMs,
    observe(modifiedMs, { fromMs, toMs }) {
      const second = Math.floor(modifiedMs / PRECISION_MS) * PRECISION_MS;
      const least = second - toMs;
      const most = second + PRECISION_MS - fromMs;
      offsetMs = least <= 0 && most >= 0 ? 0 : least;
    },
  };
}
