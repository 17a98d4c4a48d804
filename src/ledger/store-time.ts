/**
 * The store's time: this machine's clock and its distance from the store's, which every write shows. Two machines whose clocks
 * disagree sign dates by one clock all the same.
 */
import type { Clock } from '../core/clock.ts';

/** Dates of a store are whole seconds, whatever it has more. */
const PRECISION_MS = 1000;
/** A write that took longer says too little. */
const QUICK_MS = 2000;
/** Clocks drift, and somebody may set them. */
const KNOWN_MS = 10 * 60_000;

export interface StoreTime {
  /** Milliseconds since 1970; behind the store by a second and the time of a quick write at most, ahead of it by no more. */
  now(): number;
  /** Learns from a date that the store gave to something written between the two moments, both of `clock`. */
  observe(modifiedMs: number, written: { readonly fromMs: number; readonly toMs: number }): void;
  /** It has learned something a short while ago. */
  isKnown(): boolean;
}

export function createStoreTime(clock: Clock): StoreTime {
  let offsetMs = 0;
  let learnedMs = Number.NEGATIVE_INFINITY;
  return {
    now: () => clock.now() + offsetMs,
    observe(modifiedMs, { fromMs, toMs }) {
      if (toMs - fromMs > QUICK_MS) return;
      const second = Math.floor(modifiedMs / PRECISION_MS) * PRECISION_MS;
      const least = second - toMs;
      const most = second + PRECISION_MS - fromMs;
      offsetMs = least <= 0 && most >= 0 ? 0 : least;
      learnedMs = toMs;
    },
    isKnown() {
      const ageMs = clock.now() - learnedMs;
      return ageMs >= 0 && ageMs < KNOWN_MS;
    },
  };
}
