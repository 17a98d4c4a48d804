import { expect, test } from 'vitest';
import { createStoreTime } from './store-time.ts';

const at = (ms: number) => ({ now: () => ms, sleep: async () => {} });

test('a store whose date is within a second changes nothing', () => {
  const time = createStoreTime(at(10_400));
  time.observe(10_000, { fromMs: 10_300, toMs: 10_400 });
  expect(time.now()).toBe(10_400);
});

test('a clock that is nine seconds ahead is set back to the second of the store', () => {
  const time = createStoreTime(at(19_400));
  time.observe(10_000, { fromMs: 19_300, toMs: 19_400 });
  expect(time.now()).toBe(10_000);
});

test('a clock that is nine seconds behind is set forward, not beyond the store', () => {
  const time = createStoreTime(at(1_400));
  time.observe(10_000, { fromMs: 1_300, toMs: 1_400 });
  expect(time.now()).toBe(10_000);
});

test('a slow write does not look like a wrong clock', () => {
  const time = createStoreTime(at(40_000));
  time.observe(12_000, { fromMs: 10_000, toMs: 40_000 });
  expect(time.now()).toBe(40_000);
});

test('what a slow write tells is not believed', () => {
  const time = createStoreTime(at(40_000));
  time.observe(90_000, { fromMs: 10_000, toMs: 40_000 });
  expect(time.now()).toBe(40_000);
  expect(time.isKnown()).toBe(false);
});

test.each([
  ['a moment ago', 30_000, true],
  ['an hour ago', 3_600_000, false],
  ['before somebody set the clock back', -30_000, false],
])('learned %s', (_, agoMs, isKnown) => {
  let nowMs = 10_000_000 - agoMs;
  const time = createStoreTime({ now: () => nowMs, sleep: async () => {} });
  time.observe(nowMs, { fromMs: nowMs, toMs: nowMs });
  nowMs = 10_000_000;
  expect(time.isKnown()).toBe(isKnown);
});
