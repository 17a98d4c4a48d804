import { describe, expect, test } from 'vitest';
import { formatRatio, formatSeconds, renderTable } from './table.ts';

test('words stand to the left, figures to the right', () => {
  const table = renderTable(
    ['work', 'peer', 'ratio'],
    [
      ['publish all', '35.4 s', '1/12.3'],
      ['add one', '1.21 s', '–'],
    ],
  );
  expect(table.split('\n')).toEqual([
    'work           peer   ratio',
    '-----------  ------  ------',
    'publish all  35.4 s  1/12.3',
    'add one      1.21 s       –',
  ]);
});

test('a table without rows is its head', () => {
  expect(renderTable(['work', 'peer'], [])).toBe('work  peer\n----  ----');
});

test('a missing cell is empty', () => {
  expect(renderTable(['a', 'b'], [['x'], ['y', 'words']])).toBe('a  b\n-  -----\nx\ny  words');
});

describe('formatSeconds shows three digits that count', () => {
  test.each([
    [103.4, '103 s'],
    [35.42, '35.4 s'],
    [1.2089, '1.21 s'],
    [0.3451, '0.345 s'],
    [0.0345, '34.5 ms'],
    [0.0012, '1.20 ms'],
  ])('%d', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('formatRatio shows a part as a fraction of one', () => {
  test.each([
    [1 / 60, '1/60.0'],
    [0.25, '1/4.00'],
    [0.9, '0.900×'],
    [1.35, '1.35×'],
    [120, '120×'],
  ])('%d', (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });
});
