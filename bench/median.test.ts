import { describe, expect, test } from 'vitest';
import { inSequence } from './measure.ts';
import { median, sampleOf } from './median.ts';

describe('median', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
    [[1, 1000, 2], 2],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  test('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

test('a sample has the medians of the times and the largest memory', () => {
  const sample = sampleOf([
    { wallSeconds: 3, cpuSeconds: 2, peakMiB: 90 },
    { wallSeconds: 1, cpuSeconds: 4, peakMiB: 120 },
    { wallSeconds: 2, cpuSeconds: 3, peakMiB: 100 },
  ]);
  expect(sample).toEqual({ runs: 3, wallSeconds: 2, cpuSeconds: 3, peakMiB: 120, range: [1, 3] });
});

test('programs one after the other add up in time, not in memory', () => {
  const both = inSequence([
    { wallSeconds: 1, cpuSeconds: 2, peakMiB: 90 },
    { wallSeconds: 3, cpuSeconds: 1, peakMiB: 40 },
  ]);
  expect(both).toEqual({ wallSeconds: 4, cpuSeconds: 3, peakMiB: 90 });
});

test('what was not measured stays unknown', () => {
  const unknown = { wallSeconds: 1, cpuSeconds: undefined, peakMiB: undefined };
  expect(inSequence([unknown, unknown])).toEqual({
    wallSeconds: 2,
    cpuSeconds: undefined,
    peakMiB: undefined,
  });
  expect(sampleOf([unknown])).toMatchObject({ cpuSeconds: undefined, peakMiB: undefined });
});
