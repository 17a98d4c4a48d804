import { expect, test } from 'vitest';
import { escapesFolder } from './tar-path.ts';

test.each([
  ['a/b', false],
  ['./a', false],
  ['/a', false],
  ['', false],
  ['a..b', false],
  ['...', false],
  ['..', true],
  ['../a', true],
  ['./../a', true],
  ['a/../b', true],
  ['a/..', true],
  ['/../a', true],
])('escapesFolder(%j) is %s', (path, expected) => {
  expect(escapesFolder(path)).toBe(expected);
});
