import { expect, test } from 'vitest';
import { parseSince } from './parse-since.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

test.each([
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T08:30:00Z', '2026-11-01T08:30:00.000Z'],
  ['2026-11-01T08:30:00+02:00', '2026-11-01T06:30:00.000Z'],
  ['12h', '2026-11-20T00:00:00.000Z'],
  ['7d', '2026-11-13T12:00:00.000Z'],
  ['2w', '2026-11-06T12:00:00.000Z'],
])('%s is %s', (text, date) => {
  expect(new Date(parseSince(text, NOW)).toISOString()).toBe(date);
});

test.each(['', 'yesterday', '7', '7m', '2026-13-01', '1', '2026-11-20 08:00', '-7d'])(
  '%j is none',
  (text) => {
    expect(() => parseSince(text, NOW)).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }));
  },
);
