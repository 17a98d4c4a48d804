import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, versionProblem } from './version.ts';

const table = readFileSync(new URL('../../../tests/fixtures/versions/wpkg.tsv', import.meta.url), 'utf8');
const rows = table
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));

describe('the order of versions', () => {
  test('is that of wpkg --compare-versions for every pair of the table', () => {
    expect(rows.length).toBeGreaterThan(150);
    for (const [a = '', b = '', order] of rows) {
      expect(`${a} ${b} ${compareVersions(a, b)}`).toBe(`${a} ${b} ${order}`);
      expect(compareVersions(b, a) + compareVersions(a, b)).toBe(0);
    }
  });

  test.each([
    ['1.0A', '1.0a', 0],
    ['4294967297', '1', 0],
    ['2147483648', '1', -1],
    ['1.0-0', '1.0', 0],
    ['1:0', '99', 1],
    ['1.0~', '1.0', -1],
  ])('%s against %s is %i', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
  });

  test('is total: antisymmetric and transitive', () => {
    const version = fc.stringMatching(/^(?:[0-2]:)?[0-9][0-2aAz.+~]{0,6}(?:-[01aZ.+~]{1,4})?$/);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        const [x = '', y = '', z = ''] = [a, b, c].sort(compareVersions);
        expect(compareVersions(x, z)).toBe(Math.min(compareVersions(x, y), compareVersions(y, z)));
      }),
    );
  });
});

describe('what wpkg takes for a version', () => {
  test.each(['1', '1.0-1', '2:1.4.0~rc1+b2-3', '1:2:3', '1.0A'])('%s', (version) => {
    expect(versionProblem(version)).toBeUndefined();
  });

  test.each([
    ['', 'it is empty'],
    ['a', 'it does not start with a digit'],
    [':1', 'the epoch before the colon is no number'],
    ['2147483648:1', 'the epoch is over 2147483647'],
    ['1.0-', 'the revision after the hyphen is empty'],
    ['1.0_1', 'it has characters other than A-Z a-z 0-9 . + - ~ :'],
    ['1.0-1/../2', 'it has characters other than A-Z a-z 0-9 . + - ~ :'],
    ['1:1-1:1', 'the revision has a colon'],
    ['4294967295', 'wpkg takes a number in it for -1, and fails'],
  ])('not %j: %s', (version, problem) => {
    expect(versionProblem(version)).toBe(problem);
  });
});
