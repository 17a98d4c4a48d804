import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY_NAME, createNameFilter, mayHoldName } from './name-filter.ts';

test('never misses a name', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (names) => {
      const filter = createNameFilter(names);
      expect(names.filter((name) => !mayHoldName(filter, name))).toEqual([]);
    }),
  );
});

test('rarely finds one that is not there', () => {
  const names = Array.from({ length: 500 }, (_, i) => `lib${i}-dev`);
  const others = Array.from({ length: 30_000 }, (_, i) => `lib${i + 500}-dev`);
  const filter = createNameFilter(names);
  const found = others.filter((name) => mayHoldName(filter, name));
  expect(found.length).toBeLessThan(others.length / 200);
});

test('is small, and the same for the same names in any order', () => {
  const names = Array.from({ length: 500 }, (_, i) => `lib${i}`);
  expect(Buffer.from(createNameFilter(names), 'base64')).toHaveLength(750);
  expect(createNameFilter([...names.toReversed(), 'lib1'])).toBe(createNameFilter(names));
});

test('holds nothing without names, and anything where they are not known', () => {
  expect(mayHoldName(createNameFilter([]), 'libc6')).toBe(false);
  expect(mayHoldName(ANY_NAME, 'libc6')).toBe(true);
});
