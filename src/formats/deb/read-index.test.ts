import { expect, test } from 'vitest';
import { lastCut, readIndex } from './read-index.ts';

const TEXT = [
  'Package: a\nVersion: 1\nArchitecture: amd64\nDepends: b\nDescription: x\n more\n\n',
  'Package: b\nVersion: 2\nArchitecture: all\n\n\n',
  'Package: c\nVersion: 3\nArchitecture: arm64\n\n',
  'Package: d\nArchitecture: amd64\n\n',
  'PACKAGE:  e \nversion:4\nArchitecture: amd64',
].join('');

test('reads the packages of an architecture, and those for all', () => {
  expect([...readIndex(TEXT, 'amd64')].map(({ name, version }) => `${name} ${version}`)).toEqual([
    'a 1',
    'b 2',
    'e 4',
  ]);
  expect([...readIndex(TEXT, 'amd64')][0]?.metadata).toContain('\nDepends: b\n');
  expect([...readIndex('', 'amd64')]).toEqual([]);
});

test('a text can be cut after an empty line', () => {
  const cut = lastCut(TEXT);
  expect(TEXT.slice(cut)).toMatch(/^PACKAGE/);
  expect([...readIndex(TEXT.slice(0, cut), 'amd64'), ...readIndex(TEXT.slice(cut), 'amd64')]).toEqual([
    ...readIndex(TEXT, 'amd64'),
  ]);
  expect(lastCut('Package: a\n')).toBe(0);
});
