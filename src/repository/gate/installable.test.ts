import { expect, test } from 'vitest';
import { INSTALL_FACTS } from '../../../tests/support/install-facts.ts';
import { AMD64, candidatesOf } from '../../../tests/support/install-kit.ts';
import { compareVersions } from '../../formats/shared/dpkg-version.ts';
import { findDeadEnds } from './dead-ends.ts';
import { createEffort } from './effort.ts';
import { findInstallable } from './installable.ts';
import { AFTER, BEFORE } from './side.ts';
import { createUniverse } from './universe.ts';

/** Names that can be installed where these packages and no others are known. */
function installable(lines: readonly string[], { steps = 100_000 } = {}): readonly string[] {
  const nodes = candidatesOf(...lines.map((line) => [line, BEFORE | AFTER] as const));
  const effort = createEffort(steps);
  const universe = createUniverse(nodes, { reader: AMD64, compareVersions, strict: true, effort });
  const roots = nodes.map((_, node) => node);
  const found = findInstallable(universe, roots, { deadEnds: findDeadEnds(universe, AFTER), effort });
  return nodes.flatMap(({ name }, node) => (found.installable.has(node) ? [name] : []));
}

test.each(INSTALL_FACTS)('as apt: $title', ({ packages, can = [], cannot = [] }) => {
  const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('%', ''));
  const found = installable(plain(packages));
  expect({
    can: plain(can).filter((name) => found.includes(name)),
    cannot: plain(cannot).filter((name) => !found.includes(name)),
  }).toEqual({ can: plain(can), cannot: plain(cannot) });
});

test.each([
  [
    'the first alternative does not fit, deep down',
    ['app; Depends: x, y', 'x; Depends: a | c', 'y; Depends: b', 'a; Conflicts: b', 'b', 'c'],
  ],
  [
    'every first alternative is wrong',
    [
      'app; Depends: a1 | a2, b1 | b2, c1 | c2',
      'a1; Conflicts: b2',
      'b1; Conflicts: c2',
      'c1; Conflicts: a1',
      'a2; Conflicts: b1, c1',
      'b2',
      'c2',
    ],
  ],
])('looks for a way through: %s', (_title, lines) => {
  expect(installable(lines)).toContain('app');
});

test('says no when all choices were tried', () => {
  // Three pigeons, two holes.
  const pigeons = [1, 2, 3].map((i) => `p${i}; Depends: p${i}h1 | p${i}h2`);
  const holes = [1, 2].flatMap((h) =>
    [1, 2, 3].map(
      (i) =>
        `p${i}h${h}; Conflicts: ${[1, 2, 3]
          .filter((j) => j !== i)
          .map((j) => `p${j}h${h}`)
          .join(', ')}`,
    ),
  );
  const found = installable(['app; Depends: p1, p2, p3', ...pigeons, ...holes]);
  expect(found).not.toContain('app');
  expect(found).toContain('p3');
});

test('ends in time where nobody could say', () => {
  const count = 40;
  const nodes = candidatesOf(...pigeonhole(count).map((line) => [line, AFTER] as const));
  const effort = createEffort(200_000);
  const universe = createUniverse(nodes, { reader: AMD64, compareVersions, strict: true, effort });
  const app = nodes.findIndex(({ name }) => name === 'app');
  const found = findInstallable(universe, [app], { deadEnds: findDeadEnds(universe, AFTER), effort });
  expect(found.unknown).toEqual([app]);
});

/** More pigeons than holes: hopeless, and no search sees it soon. */
function pigeonhole(count: number): readonly string[] {
  const pigeons = Array.from({ length: count }, (_, i) => i);
  const holes = pigeons.slice(1);
  return [
    `app; Depends: ${pigeons.map((i) => `p${i}`).join(', ')}`,
    ...pigeons.map((i) => `p${i}; Depends: ${holes.map((h) => `p${i}h${h}`).join(' | ')}`),
    ...pigeons.flatMap((i) => holes.map((h) => `p${i}h${h}; Provides: hole${h}; Conflicts: hole${h}`)),
  ];
}

test('goes deep without a deep stack', () => {
  const links = Array.from({ length: 5000 }, (_, i) => `p${i}; Depends: p${i + 1} | q${i + 1}`);
  const others = links.map((_, i) => `q${i}`);
  const nodes = candidatesOf(
    ...[...links, ...others, 'p5000; Conflicts: app', 'q5000', 'app; Depends: p0'].map(
      (line) => [line, AFTER] as const,
    ),
  );
  const effort = createEffort(10_000_000);
  const universe = createUniverse(nodes, { reader: AMD64, compareVersions, strict: true, effort });
  const app = nodes.findIndex(({ name }) => name === 'app');
  expect(
    findInstallable(universe, [app], { deadEnds: findDeadEnds(universe, AFTER), effort }).installable.has(
      app,
    ),
  ).toBe(true);
});
