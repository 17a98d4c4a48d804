import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixtureBytes } from '../../../tests/support/deb-fixtures.ts';
import { compareVersions, splitVersion } from './version.ts';

test('versions are in the order in which vercmp has them', () => {
  const rows = Buffer.from(fixtureBytes('versions/pacman.tsv')).toString().trimEnd().split('\n');
  expect(rows.length).toBeGreaterThan(100);
  for (const row of rows) {
    const [a = '', b = '', order] = row.split('\t');
    expect(`${row}: ${compareVersions(a, b)}`).toBe(`${row}: ${order}`);
  }
});

test.each([
  ['1.0a', '1.0b', -1],
  ['1.0rc', '1.0', -1],
  ['1.0', '1.0.a', -1],
  ['1.0.a', '1.0.1', -1],
  ['1.0', '1.0-1', 0],
  ['1.0-1', '1.0-2', -1],
  ['1:0.1', '2.0', 1],
  ['0:1.0', '1.0', 0],
  [':1.0', '1.0', 0],
  ['1.0', '1..0', -1],
  ['1.0.', '1.0', 1],
  ['1.0_1', '1.0.1', 0],
  ['1.0+r1', '1.0', 1],
  ['1.0', '1.0~rc1', -1],
  ['01.2', '1.2', 0],
  ['1.2a', '1.2.1', -1],
  ['r10.abc', 'r9.def', 1],
  ['1.0-1.1', '1.0-1', 1],
  ['20240101', '2024.1.1', 1],
  ['1.a', '1.1', -1],
  ['1.0.0', '1.0', 1],
  ['a:1', '1', -1],
])('vercmp %s %s says %i', (a, b, order) => {
  expect(compareVersions(a, b)).toBe(order);
});

test.each([
  ['2:1.4.0+r12-3', { epoch: '2', version: '1.4.0+r12', release: '3' }],
  [':1', { epoch: '0', version: '1', release: undefined }],
  ['a:1-2', { epoch: '0', version: 'a:1', release: '2' }],
  ['1-2-3', { epoch: '0', version: '1-2', release: '3' }],
  ['', { epoch: '0', version: '', release: undefined }],
])('%s is taken apart', (text, parts) => {
  expect(splitVersion(text)).toEqual(parts);
});

// Versions as packages have them; for arbitrary text vercmp itself knows no order.
const part = fc.stringMatching(/^[0-9]{1,3}([.][0-9]{1,3}){0,3}$/);
const version = fc
  .tuple(fc.constantFrom('', '0:', '1:', '12:'), part, fc.constantFrom('-1', '-2', '-10', '-1.1'))
  .map((parts) => parts.join(''));

test('is an order: whoever is older stays older, whichever comes first', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(compareVersions(a, a)).toBe(0);
      expect(compareVersions(a, b)).toBe(0 - compareVersions(b, a));
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('the length of numbers does not matter, nor that of what is compared', () => {
  const long = '9'.repeat(100_000);
  expect(compareVersions(`1.${long}-1`, `1.1${long}-1`)).toBe(-1);
  expect(compareVersions(`1.0${long}-1`, `1.${long}-1`)).toBe(0);
});
