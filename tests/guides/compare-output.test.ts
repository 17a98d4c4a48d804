import { expect, test } from 'vitest';
import { findDifference } from './compare-output.ts';

const SAME: readonly (readonly [what: string, shown: string, printed: string])[] = [
  ['the same', 'Published 1 package.', 'Published 1 package.\n'],
  ['another date', 'at 2026-11-20T09:40:36Z', 'at 2031-01-02T03:04:05Z'],
  ['another key', `signed by ${'0a'.repeat(20)}`, `signed by ${'f3'.repeat(20)}`],
  ['another size, lined up', 'hello  1.0     732 B', 'hello  1.0    1.3 kB'],
  ['any lines', 'first\n…\nlast', 'first\n1\n\n2\nlast'],
  ['no lines', 'first\n…', 'first'],
  ['any text', 'At … (…)', 'At home (a?b)'],
];
const DIFFERENT: typeof SAME = [
  ['another word', 'Published 1 package.', 'Published 2 packages.'],
  ['a line more', 'first', 'first\nsecond'],
  ['a line less', 'first\nsecond', 'first'],
  ['nothing', 'first', ''],
  ['text where a line is missing', 'first\n…\nlast', 'first\nlast one'],
  ['a version is no size', '1.0', '1.1'],
];

test.each(SAME)('%s', (_what, shown, printed) => {
  expect(findDifference(shown.split('\n'), printed.split('\n'))).toBeUndefined();
});

test.each(DIFFERENT)('not: %s', (_what, shown, printed) => {
  expect(findDifference(shown.split('\n'), printed.split('\n'))).toContain(`printed:\n${printed}`);
});

test('progress of a slow machine does not count', () => {
  const printed = ['Reading packages: 3 of 12 (25 %)', 'Publishing', 'Removed 1 package, revision 7.'];
  expect(findDifference(['Removed 1 package, revision 7.'], printed)).toBeUndefined();
  expect(
    findDifference(['Removed 1 package, revision 7.'], ['Publishing 1 package', ...printed]),
  ).toBeDefined();
});
