import { expect, test } from 'vitest';
import { findBaseProblem, readBaseIndexes } from './base-index.ts';

test.each([
  ['Packages.gz', undefined],
  ['/srv/binary-{arch}/Packages', undefined],
  [' ', 'is empty'],
  [
    'https://deb.debian.org/Packages.xz',
    'must be a file: fetch the index first, such as Packages.gz of a suite',
  ],
])('%j', (path, problem) => {
  expect(findBaseProblem(path)).toBe(problem);
});

test('paths start at the folder of the file', () => {
  const channels = { stable: null, old: { base: ['b', '/c'] } };
  expect(readBaseIndexes({ format: 'deb', base: ['a-{arch}'], channels }, '/etc')).toEqual([
    { channel: undefined, path: '/etc/a-{arch}' },
    { channel: 'old', path: '/etc/b' },
    { channel: 'old', path: '/c' },
  ]);
  expect(readBaseIndexes({ format: 'deb', channels: ['stable'] }, '/etc')).toEqual([]);
});
