import { describe, expect, test } from 'vitest';
import { findOverlap, findPathProblem } from './names.ts';

describe("a repository's folder", () => {
  test.each(['deb', 'a/b/c', 'x86_64', '24.10.4', 'c++', 'A'])('%s', (path) => {
    expect(findPathProblem(path)).toBeUndefined();
  });
  test.each([
    '',
    '..',
    '/',
    '/a',
    'a/',
    'a//b',
    'a/../b',
    '.pakhus',
    '.hidden',
    'a\\b',
    'a b',
    'a\nb',
    'ä',
    'keys',
    'keys/x',
    'index.html',
    'x'.repeat(201),
  ])('not %j', (path) => {
    expect(findPathProblem(path)).toBeDefined();
  });
});

describe('two repositories never share a folder', () => {
  test('not even when one of them is the store itself', () => {
    const paths = new Map([
      ['whole', '.'],
      ['part', 'tools'],
    ]);
    expect(findOverlap(paths)).toEqual(['whole', 'part']);
  });

  const overlap = (...paths: string[]) =>
    findOverlap(new Map(paths.map((path, index) => [`r${index}`, path])));
  test.each([
    [
      ['a', 'b', 'a-b', 'ab', 'b/x'],
      ['r1', 'r4'],
    ],
    [
      ['x/y/z', 'x/y'],
      ['r1', 'r0'],
    ],
    [
      ['same', 'same'],
      ['r0', 'r1'],
    ],
    [
      ['a', 'a-', 'a+', 'a/b'],
      ['r0', 'r3'],
    ],
  ])('%j', (paths, expected) => {
    expect(overlap(...paths)).toEqual(expected);
  });
  test('none', () => {
    expect(overlap('a', 'ab', 'a-b', 'b/a')).toBeUndefined();
  });
});
