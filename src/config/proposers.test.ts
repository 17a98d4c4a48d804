import { expect, test } from 'vitest';
import { matchesAll, matchesPlace, proposersOf } from './proposers.ts';

const PLACE = { repository: 'tools', channel: 'stable', component: 'main' };

test.each([
  ['tools/stable/main', true],
  ['tools/stable', true],
  ['tools', true],
  ['*', true],
  ['*/*/*', true],
  ['*/stable', true],
  ['tools/*/main', true],
  ['other', false],
  ['tools/testing', false],
  ['tools/stable/extra', false],
  ['*/*/extra', false],
  ['tools/stable/main/more', false],
  ['', false],
  ['stable', false],
  ['Tools', false],
  ['tool*', false],
])('%j has tools/stable/main in it: %s', (pattern, expected) => {
  expect(matchesPlace(pattern, PLACE)).toBe(expected);
});

test.each([
  ['tools', true],
  ['*', true],
  ['tools/*/*', true],
  ['tools/*', true],
  ['tools/stable', false],
  ['tools/*/main', false],
  ['other', false],
])('%j has all of tools in it: %s', (pattern, expected) => {
  expect(matchesAll(pattern, 'tools')).toBe(expected);
});

test('a repository takes those that concern it, with the places that do', () => {
  const entries = {
    web: { actions: ['remove'], to: ['site'] },
    ci: { actions: ['add', 'promote'], to: ['site', 'tools/testing', '*/next'], key: 'k' },
    all: { actions: ['add'], to: ['*'] },
  } as const;
  expect(proposersOf(entries, 'tools')).toEqual([
    { name: 'all', actions: ['add'], to: ['*'] },
    { name: 'ci', publicKey: 'k', actions: ['add', 'promote'], to: ['tools/testing', '*/next'] },
  ]);
  expect(proposersOf({}, 'tools')).toEqual([]);
});
