/** The gate against an oracle that tries everything, on small universes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY_SPEC, installableByForce } from '../../../tests/support/install-brute-force.ts';
import { AMD64, candidatesOf, specRecord } from '../../../tests/support/install-kit.ts';
import { memoryLookup } from '../../../tests/support/memory-lookup.ts';
import { deb } from '../../formats/deb/index.ts';
import type { PackageRecord } from '../../formats/format.ts';
import { compareVersions } from '../../formats/shared/dpkg-version.ts';
import { createChanges } from '../change/changes.ts';
import { createBaseIndexes } from './base-indexes.ts';
import type { Candidate } from './candidates.ts';
import { findDeadEnds } from './dead-ends.ts';
import { createEffort } from './effort.ts';
import { findUninstallable } from './find-uninstallable.ts';
import { findInstallable } from './installable.ts';
import { AFTER, BEFORE } from './side.ts';
import { createUniverse } from './universe.ts';

/** Packages without the same name and version twice. */
const PACKAGES = fc.uniqueArray(ANY_SPEC, { maxLength: 9, selector: (line) => line.split(';')[0] });
const RUN = { channel: 'stable', component: 'main', slot: 'amd64' };
const SETTINGS = {
  format: 'deb',
  channels: [{ name: 'stable', options: {} }],
  components: ['main'],
  architectures: ['amd64'],
  options: {},
};

test.each([true, false])('what can be installed; strict: %s', (strict) => {
  fc.assert(
    fc.property(PACKAGES, (lines) => {
      const nodes = candidatesOf(...lines.map((line) => [line, BEFORE | AFTER] as const));
      const effort = createEffort(1_000_000);
      const universe = createUniverse(nodes, { reader: AMD64, compareVersions, strict, effort });
      const roots = nodes.map((_, node) => node);
      const { installable, unknown } = findInstallable(universe, roots, {
        deadEnds: findDeadEnds(universe, AFTER),
        effort,
      });
      const found = nodes.filter((_, node) => installable.has(node)).map(({ name }) => name);
      expect(unknown).toEqual([]);
      expect(new Set(found)).toEqual(installableByForce(nodes, strict ? () => false : elsewhere(nodes)));
    }),
    { numRuns: 1500 },
  );
});

test('what a change breaks, whether a few leaves are read or all', async () => {
  await fc.assert(
    fc.asyncProperty(PACKAGES, PACKAGES, fc.nat(), async (there, added, removed) => {
      const before = there.map(specRecord);
      const drop = before[removed % Math.max(1, before.length)];
      const put = added.slice(0, 2).map(specRecord);
      const changes = createChanges(memoryLookup([RUN, before]));
      await changes.whole(async () => {
        if (drop !== undefined && removed % 3 > 0) await changes.remove(RUN, drop);
        for (const record of put) await addOrReplace(record);
        const input = { settings: SETTINGS, format: deb, bases: createBaseIndexes([]), report: () => {} };
        const found = await findUninstallable({ ...input, step: changes.step() });
        const broken = found.flatMap((one) => one.broken.map(({ name }) => name));
        const after = (await Promise.all(NAMES.map((name) => changes.step().after(RUN, name)))).flat();
        expect(broken.sort()).toEqual(brokenByForce(before, after));
      });

      async function addOrReplace(record: PackageRecord): Promise<void> {
        await changes.remove(RUN, record);
        await changes.add(RUN, record);
      }
    }),
    { numRuns: 1500 },
  );
});

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Names that could be installed before and cannot afterwards, though they are still there. */
function brokenByForce(before: readonly PackageRecord[], after: readonly PackageRecord[]): string[] {
  const sides = [before, after].map((records) =>
    candidatesOf(...records.map((one) => [one, AFTER] as const)),
  );
  const isElsewhere = elsewhere(sides.flat());
  const [earlier = new Set<string>(), later = new Set<string>()] = sides.map((side) =>
    installableByForce(side, isElsewhere),
  );
  return NAMES.filter(
    (name) => earlier.has(name) && !later.has(name) && after.some((record) => record.name === name),
  );
}

/** Nobody here answers to the name. */
function elsewhere(nodes: readonly Candidate[]): (name: string) => boolean {
  const known = new Set(
    nodes.flatMap(({ name, provides }) => [name, ...provides.map((provided) => provided.name)]),
  );
  return (name) => !known.has(name);
}
