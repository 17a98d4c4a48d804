import { describe, expect, test } from 'vitest';
import { choiceOption, countOption, durationOption, flag, listOption, textOption } from './inputs.ts';

describe('a whole number', () => {
  const last = countOption('n', 'how many');
  test.each([
    ['1', 1],
    ['007', 7],
    ['999999999999999', 999_999_999_999_999],
    [undefined, undefined],
  ])('%j', (raw, value) => {
    expect(last.read(raw, '--last')).toBe(value);
  });
  test.each(['', '0', '-1', '1.5', '1e3', ' 1', '0x10', 'one', '9'.repeat(16)])('not %j', (raw) => {
    expect(() => last.read(raw, '--last')).toThrow(
      expect.objectContaining({
        code: 'CLI_USAGE',
        message: `--last takes a whole number from 1 on, found '${raw}'`,
      }),
    );
  });
  test('from another number on', () => {
    expect(countOption('n', '', { least: 0 }).read('0', '--to')).toBe(0);
  });
});

describe('a time', () => {
  const every = durationOption('time', 'how long');
  test.each([
    ['5s', 5000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['0s', 0],
    [undefined, undefined],
  ])('%j', (raw, value) => {
    expect(every.read(raw, '--every')).toBe(value);
  });
  test.each(['', '5', 's', '-5s', '1.5h', '5 s', '5ms', '9999999s'])('not %j', (raw) => {
    expect(() => every.read(raw, '--every')).toThrow(
      expect.objectContaining({
        code: 'CLI_USAGE',
        message: `--every takes a time such as 14d, 36h, 90m or 30s, found '${raw}'`,
      }),
    );
  });
});

test('one of several words', () => {
  const form = choiceOption(['short', 'long'], 'which form');
  expect(form.read('long', '--form')).toBe('long');
  expect(form.read(undefined, '--form')).toBeUndefined();
  expect(() => form.read('wide', '--form')).toThrow(
    expect.objectContaining({ code: 'CLI_USAGE', message: "--form takes one of short, long, found 'wide'" }),
  );
});

test('flags, texts and lists', () => {
  expect(flag('').read(undefined, '')).toBe(false);
  expect(flag('').read(true, '')).toBe(true);
  expect(textOption('x', '').read('a', '')).toBe('a');
  expect(listOption('x', '').read(undefined, '')).toEqual([]);
});
