import { describe, expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('without options it is the run of the budgets', () => {
  expect(readOptions([])).toMatchObject({ count: 63_440, small: 5000, compression: 'xz', quick: false });
});

test('--quick is small, and single options still win', () => {
  expect(readOptions(['--quick', '--count', '500'])).toMatchObject({ count: 500, small: 160, quick: true });
});

test('there are packages for every round of adding', () => {
  expect(readOptions(['--repeat', '9'])).toMatchObject({ repeat: 9, extra: 10 });
});

describe('what cannot be meant is refused', () => {
  test.each([
    [['--count', '0'], /--count 0: expected a whole number/],
    [['--compression', 'lzma'], /--compression lzma: expected gzip, none, zstd, xz/],
    [['--only', 'aptly'], /--only aptly: expected peers or pakhus/],
    [['--fast'], /--fast/],
  ])('%j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});

test('--help asks for the usage', () => {
  expect(readOptions(['--help'])).toBeUndefined();
});
