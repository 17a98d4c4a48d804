import { expect, test } from 'vitest';
import {
  formatAge,
  formatCount,
  formatDate,
  formatDuration,
  formatNumberOf,
  formatSize,
} from './quantities.ts';
import { renderTable } from './table.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [9_949, '9.9 kB'],
  [9_950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [12_345_678, '12 MB'],
  [3_200_000_000_000_000, '3200 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [63_440, '63,440'],
  [1_234_567, '1,234,567'],
])('%d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test('numbers of things', () => {
  expect(formatNumberOf(1, 'package')).toBe('1 package');
  expect(formatNumberOf(1_000, 'package')).toBe('1,000 packages');
  expect(formatNumberOf(2, 'entry', 'entries')).toBe('2 entries');
});

test('dates and durations', () => {
  expect(formatDate(Date.UTC(2026, 10, 20, 8, 42, 0, 999))).toBe('2026-11-20T08:42:00Z');
  expect([400, 9_949, 9_950, 59_400, 185_000].map(formatDuration)).toEqual([
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '3 min 5 s',
  ]);
});

test('ages', () => {
  const hour = 3_600_000;
  expect([-5, 59_999, 60_000, hour - 1, hour, 47 * hour, 48 * hour, 167 * hour].map(formatAge)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '47 h',
    '2 days',
    '6 days',
  ]);
});

test('a table is aligned, colours count as nothing', () => {
  const columns = [{ title: 'NAME' }, { title: 'SIZE', align: 'right' as const }, { title: 'NOTE' }];
  const rows = [
    ['\x1b[1mhello\x1b[22m', '1.5 kB', ''],
    ['libhello-dev', '12 MB', 'new'],
  ];
  expect(renderTable(columns, rows)).toEqual([
    'NAME            SIZE  NOTE',
    '\x1b[1mhello\x1b[22m         1.5 kB',
    'libhello-dev   12 MB  new',
  ]);
  expect(renderTable(columns, [])).toEqual([]);
});
