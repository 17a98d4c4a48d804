/** A catalog as `createChanges` looks at it: names are found by reading only the leaves that may hold them. */
import { type Catalog, runEntryOf } from '../catalog/catalog.ts';
import { diffRuns } from '../catalog/diff.ts';
import { createLeafStore } from '../catalog/leaf-store.ts';
import { EMPTY_RUN, leavesWithName, type Run, readRun } from '../catalog/run.ts';
import type { PackageRecord } from '../formats/format.ts';
import type { BaseLookup } from './changes.ts';
import type { Repository } from './repository.ts';

/** Leaves that were read once stay in memory: a publish of many packages asks for neighbours again and again. */
export function catalogLookup(repository: Repository, catalog: Catalog | undefined): BaseLookup {
  const { blobs } = repository.ledger;
  const leaves = createLeafStore(blobs);
  const runs = new Map<string, Promise<Run>>();
  const byName = new Map<string, Promise<ReadonlyMap<string, readonly PackageRecord[]>>>();
  const entries = catalog?.runs.map(({ channel, component, slot }) => ({ channel, component, slot })) ?? [];
  return {
    runs: () => entries,
    async find(key, name) {
      const entry = catalog === undefined ? undefined : runEntryOf(catalog, key);
      if (entry === undefined) return [];
      const run = await remember(runs, entry.ref.key, () => readRun(blobs, entry.ref));
      const found: PackageRecord[] = [];
      for (const leaf of leavesWithName(run, name)) {
        const names = await remember(byName, leaf.blob.key, async () =>
          Map.groupBy(await leaves.read(leaf), (record) => record.name),
        );
        found.push(...(names.get(name) ?? []));
      }
      return found;
    },
    async *changesTo(key, past) {
      const now = catalog === undefined ? undefined : runEntryOf(catalog, key);
      const then = runEntryOf(past.catalog, key);
      if (now?.ref.sha256 === then?.ref.sha256) return;
      const from =
        now === undefined ? EMPTY_RUN : await remember(runs, now.ref.key, () => readRun(blobs, now.ref));
      const to = then === undefined ? EMPTY_RUN : await readRun(blobs, then.ref);
      yield* diffRuns(from, to, { blobs, leaves });
    },
  };
}

function remember<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
