import { expect, test } from 'vitest';
import { AMD64, candidatesOf } from '../../../tests/support/install-kit.ts';
import { compareVersions } from '../../formats/shared/dpkg-version.ts';
import { createEffort } from './effort.ts';
import { findBroken } from './find-broken.ts';
import { AFTER, BEFORE } from './side.ts';
import { createUniverse } from './universe.ts';

/** The chains of what a change from one set of packages to the other breaks. */
function chains(before: readonly string[], after: readonly string[]): readonly (readonly string[])[] {
  const lines = [...new Set([...before, ...after])];
  const sides = (line: string): number =>
    (before.includes(line) ? BEFORE : 0) + (after.includes(line) ? AFTER : 0);
  const nodes = candidatesOf(...lines.map((line) => [line, sides(line)] as const));
  const effort = createEffort(100_000);
  const universe = createUniverse(nodes, { reader: AMD64, compareVersions, strict: false, effort });
  const names = new Set(nodes.map(({ name }) => name));
  return findBroken(universe, names, { effort, channel: 'stable' }).broken.map(({ chain }) => chain);
}

const APP = 'app 1.0; Depends: lib (= 1.0)';

test.each<[title: string, before: string[], after: string[], chain: string[][]]>([
  [
    'a version that nobody has any more',
    [APP, 'lib 1.0'],
    [APP, 'lib 2.0'],
    [['app 1.0 amd64 depends on lib (= 1.0), of which stable would have only lib 2.0']],
  ],
  [
    'a name that nobody has any more',
    ['app 1.0 all; Depends: lib |\n lib-compat', 'lib 1.0'],
    ['app 1.0 all; Depends: lib |\n lib-compat', 'lib-compat 2.0; Depends: lib'],
    [
      [
        'app 1.0 all depends on lib | lib-compat',
        'lib-compat 2.0 amd64 depends on lib, which stable would not have',
      ],
    ],
  ],
  [
    'a package in between',
    ['top 3; Depends: app', APP, 'lib 1.0'],
    ['top 3; Depends: app', APP],
    [
      ['app 1.0 amd64 depends on lib (= 1.0), which stable would not have'],
      ['top 3 amd64 depends on app', 'app 1.0 amd64 depends on lib (= 1.0), which stable would not have'],
    ],
  ],
  [
    'what others provide does not do',
    ['app 1; Depends: virt (>= 2)', 'imp 1; Provides: virt (= 2)'],
    ['app 1; Depends: virt (>= 2)', 'imp 2; Provides: virt (= 1), virt'],
    [['app 1 amd64 depends on virt (>= 2), of which stable would have only virt 1 of imp 2, virt of imp 2']],
  ],
  [
    'a new conflict',
    ['app 1; Depends: a, b', 'a 1', 'b 1'],
    ['app 1; Depends: a, b', 'a 2; Breaks: b (<< 3)', 'b 1'],
    [
      [
        'app 1 amd64 depends on b',
        'app 1 amd64 depends on a',
        'a 2 amd64 conflicts with b 1 amd64 (b (<< 3))',
      ],
    ],
  ],
  [
    'a new version that needs more than there is',
    ['app 1', 'lib 1'],
    ['app 2; Depends: lib (>= 2)', 'lib 1'],
    [['app 2 amd64 depends on lib (>= 2), of which stable would have only lib 1']],
  ],
])('%s', (_title, before, after, expected) => {
  expect(chains(before, after)).toEqual(expected);
});

test('a chain that nobody would read is shortened', () => {
  const links = Array.from({ length: 30 }, (_, i) => `p${i}; Depends: p${i + 1}`);
  const longest = chains([...links, 'p30'], links).at(-1);
  expect(longest).toHaveLength(12);
  expect(longest?.slice(-2)).toEqual(['…', 'p29 1 amd64 depends on p30, which stable would not have']);
});
