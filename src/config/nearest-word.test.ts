import { expect, test } from 'vitest';
import { nearestWord } from './nearest-word.ts';

test.each([
  ['stroe', 'store'],
  ['chanels', 'channels'],
  ['Origin', 'origin'],
  ['kep', 'keep'],
  ['ulr', 'url'],
  ['zebra', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%.20s is meant to be %s', (word, expected) => {
  expect(nearestWord(word, ['store', 'url', 'channels', 'origin', 'keep'])).toBe(expected);
});
