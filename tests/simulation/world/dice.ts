import { createHash } from 'node:crypto';

/** Chance that a seed decides: the same seed gives the same throws in the same order. */
export interface Dice {
  /** A number from 0 up to 1. */
  next(): number;
  /** A whole number from 0 up to `count`. */
  below(count: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Any time from nothing on; `meanMs` on average. */
  wait(meanMs: number): number;
  bytes(length: number): Uint8Array;
  /** Dice of their own, so that one who throws more often changes nothing for the others. */
  fork(name: string): Dice;
}

/** sfc32, a small generator that passes PractRand; seeded by a digest. */
export function createDice(seed: string): Dice {
  const state = new Uint32Array(createHash('sha256').update(seed).digest().buffer.slice(0, 16));
  let [a = 0, b = 0, c = 0, counter = 0] = state;
  const draw = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  const next = (): number => draw() / 2 ** 32;
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)] ?? from[0],
    wait: (meanMs) => -meanMs * Math.log(1 - next()),
    bytes: (length) => Uint8Array.from({ length }, () => draw() & 255),
    fork: (name) => createDice(`${seed} ${name}`),
  };
}
