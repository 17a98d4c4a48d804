import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../tests/support/run-command.ts';
import { describeWith, lackOfTool } from '../../../tests/support/skip.ts';
import { compareVersions, splitVersion, versionProblem } from './dpkg-version.ts';

const fixtures = new URL('../../../tests/fixtures/versions/', import.meta.url);

function rows(file: string): string[][] {
  const lines = readFileSync(new URL(file, fixtures), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

/** Short strings of the characters that matter, so that ties and near ties are common. */
const version = fc
  .tuple(
    fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    fc.stringMatching(/^[0-9][0-2aAz.+~-]{0,6}$/),
    fc.option(fc.stringMatching(/^[01aZ.+~]{1,4}$/), { nil: undefined }),
  )
  .map(
    ([epoch, upstream, revision]) =>
      (epoch === undefined ? '' : `${epoch}:`) + upstream + (revision === undefined ? '' : `-${revision}`),
  )
  .filter((text) => versionProblem(text) === undefined);

describe('the order of versions', () => {
  test.each(rows('deb.tsv'))('%s against %s is %s', (a, b, order) => {
    expect(compareVersions(a ?? '', b ?? '')).toBe(Number(order));
    expect(compareVersions(b ?? '', a ?? '')).toBe(Number(order) === 0 ? 0 : -Number(order));
  });

  test.each([
    ['1.0', '1.0-0', 0],
    ['0:1', '1', 0],
    ['00001', '1', 0],
    ['1:0', '99999999999999999999', 1],
    [`1.${'9'.repeat(400)}`, `1.1${'0'.repeat(400)}`, -1],
    ['1.0-1-1', '1.0-1', 1],
    [' 1', '1', 0],
  ])('%s against %s is %i', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
  });

  test('is total: antisymmetric and transitive, whatever the strings', () => {
    const any = fc.oneof(version, fc.string({ maxLength: 12 }));
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        const [x, y, z] = [a, b, c].sort(compareVersions);
        expect(compareVersions(x ?? '', z ?? '')).toBe(
          Math.min(compareVersions(x ?? '', y ?? ''), compareVersions(y ?? '', z ?? '')),
        );
      }),
    );
  });

  test('takes time linear in the length', () => {
    const long = `1${'.0a'.repeat(200_000)}`;
    expect(compareVersions(`${long}~`, long)).toBe(-1);
    expect(compareVersions(`1${'0'.repeat(600_000)}`, `1${'0'.repeat(600_000)}1`)).toBe(-1);
  });
});

describe('what dpkg accepts as a version', () => {
  test.each(rows('deb-valid.tsv'))('%s is %s', (json, verdict) => {
    const problem = versionProblem(JSON.parse(json ?? ''));
    expect(problem === undefined ? 'valid' : 'invalid').toBe(verdict);
  });

  test.each([
    ['', 'it is empty'],
    ['a', 'it does not start with a digit'],
    ['x:1', 'the epoch before the colon is no number'],
    ['2147483648:1', 'the epoch is over 2147483647'],
    ['1.0-', 'the revision after the hyphen is empty'],
    ['1.0-a:b', 'the epoch before the colon is no number'],
    ['1:1.0-a:b', 'the revision has characters other than A-Z a-z 0-9 . + ~'],
    ['1.0\n2', 'it has characters other than A-Z a-z 0-9 . + - ~ :'],
  ])('%j: %s', (text, problem) => {
    expect(versionProblem(text)).toBe(problem);
  });

  test('splits into epoch, upstream version and revision', () => {
    expect(splitVersion('2:1.4.0~rc2-4-3')).toEqual({ epoch: 2, upstream: '1.4.0~rc2-4', revision: '3' });
    expect(splitVersion('20260101')).toEqual({ epoch: 0, upstream: '20260101', revision: '' });
  });
});

describeWith('dpkg --compare-versions', lackOfTool('dpkg'), () => {
  test('agrees on the order of random versions', async () => {
    const operators = new Map([
      [-1, 'lt'],
      [0, 'eq'],
      [1, 'gt'],
    ]);
    const claims = fc
      .sample(fc.tuple(version, version), 400)
      .map(([a, b]) => `${a} ${operators.get(compareVersions(a, b))} ${b}`);
    const script =
      'while read -r a op b; do dpkg --compare-versions "$a" "$op" "$b" || echo "$a $op $b"; done';
    const result = await runCommand(['sh', '-c', script], { input: `${claims.join('\n')}\n` });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
