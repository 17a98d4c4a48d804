import { describe, expect, test } from 'vitest';
import { createUlidFactory, isUlid, ulidTime } from './ulid.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);

describe('a ULID', () => {
  test.each([
    ['the epoch', 0, '00000000000000000000000000'],
    ['a moment', 1_767_225_600_000, '01kdvdna000000000000000000'],
    ['a clock that counts parts of milliseconds', 1_767_225_600_000.75, '01kdvdna000000000000000000'],
    ['the last moment that 48 bits hold', 2 ** 48 - 1, '7zzzzzzzzz0000000000000000'],
  ])('begins with its time: %s', (_what, now, id) => {
    expect(createUlidFactory(() => now, zeros)()).toBe(id);
    expect(ulidTime(id)).toBe(Math.floor(now));
  });

  test('sorts after the one before: within a millisecond, and when the clock goes back', () => {
    const times = [5, 5, 5, 3, 3, 9];
    const next = createUlidFactory(() => times.shift() ?? 0, zeros);
    const ids = Array.from({ length: 6 }, next);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids)).toHaveProperty('size', 6);
  });

  test.each([
    '',
    '01kdvdnb00000000000000000',
    '01KDVDNB000000000000000000',
    '81kdvdnb000000000000000000',
    '01kdvdnb0undefined00000000',
  ])('%j is none', (text) => {
    expect(isUlid(text)).toBe(false);
    expect(ulidTime(text)).toBeUndefined();
  });
});
