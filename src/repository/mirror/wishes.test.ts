import { expect, test } from 'vitest';
import { PACKAGE_PATTERN } from '../../config/names.ts';
import { matcherOf, matchesSection } from './wishes.ts';

test.each([
  ['curl', ['curl'], ['curls', 'xcurl', '']],
  ['lib*', ['lib', 'libc6', 'libstdc++6'], ['xlib', 'Lib']],
  ['python3.?', ['python3.1', 'python3.x'], ['python311', 'python3.11']],
  ['g++-1[12]', ['g++-11', 'g++-12'], ['g++-13', 'ggg-11']],
  ['*-[!d]*', ['a-c', 'a-d-c'], ['a-d', 'ab']],
  ['a.b', ['a.b'], ['axb']],
  ['[^]x', ['^x'], ['ax']],
])('%s means whole names', (pattern, means, not) => {
  const matches = matcherOf(pattern);
  expect(means.filter(matches)).toEqual(means);
  expect(not.filter(matches)).toEqual([]);
});

test('a pattern with many stars takes no time', () => {
  const matches = matcherOf(`${'*'.repeat(50)}a${'*'.repeat(50)}b`);
  expect(matches('a'.repeat(200))).toBe(false);
});

test('a section is meant with and without its area', () => {
  expect(matchesSection('non-free/net', matcherOf('net'))).toBe(true);
  expect(matchesSection('non-free/net', matcherOf('non-free/*'))).toBe(true);
  expect(matchesSection('network', matcherOf('net'))).toBe(false);
});

test('what cannot be in a name is no pattern', () => {
  expect(['curl', 'lib*', '[ab]*', 'g++', '*'].every((one) => PACKAGE_PATTERN.pattern.test(one))).toBe(true);
  expect(['', '-x', 'a b', 'a/b', '$x', '(a)'].some((one) => PACKAGE_PATTERN.pattern.test(one))).toBe(false);
});
