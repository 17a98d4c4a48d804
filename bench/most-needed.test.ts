import { expect, test } from 'vitest';
import { mostNeeded } from './most-needed.ts';

test.each([
  [
    'Package: a\nDepends: libc6 (>= 2)\n\nPackage: b\nDepends: c, a\n\nPackage: c\nDepends: a:any | b\n\nPackage: d\nDepends: c\n\nPackage: e\nDepends: c\n',
    'c',
  ],
  ['Package: a\nDepends: libc6\n', undefined],
])('%j', (index, name) => {
  expect(mostNeeded(index)).toBe(name);
});
