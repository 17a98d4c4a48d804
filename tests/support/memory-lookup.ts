import { compareRunKeys, type RunKey } from '../../src/catalog/catalog.ts';
import { installRules } from '../../src/formats/deb/install-rules.ts';
import { slotsOf } from '../../src/formats/deb/slots.ts';
import type { PackageRecord } from '../../src/formats/format.ts';
import type { BaseLookup } from '../../src/repository/change/changes.ts';
import { leafNames } from '../../src/repository/gate/leaf-names.ts';

/** Packages in a leaf. */
const LEAF = 2;

/** A base revision of Debian packages that lives in memory, cut into small leaves. */
export function memoryLookup(...holds: readonly (readonly [RunKey, readonly PackageRecord[]])[]): BaseLookup {
  const leaves = (key: RunKey): readonly (readonly PackageRecord[])[] => {
    const records = holds.flatMap(([run, own]) => (compareRunKeys(run, key) === 0 ? own : []));
    return Array.from({ length: Math.ceil(records.length / LEAF) }, (_, i) =>
      records.slice(i * LEAF, (i + 1) * LEAF),
    );
  };
  return {
    runs: () => holds.map(([run]) => run),
    replaces: () => false,
    fits: ({ slot }, architecture) => slotsOf(architecture).includes(slot),
    leafLimit: 24,
    async *changesTo() {},
    find: async (key, name) => leaves(key).flatMap((leaf) => leaf.filter((one) => one.name === name)),
    scan: async function* (key) {
      yield* leaves(key);
    },
    leavesAbout: async (key, name) =>
      leaves(key).flatMap((leaf) =>
        leaf.some((record) => leafNames(record, installRules).includes(name)) ? [async () => leaf] : [],
      ),
  };
}
