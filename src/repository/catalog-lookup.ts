/** A catalog as `createChanges` looks at it: names are found by reading only the leaves that may hold them. */
import { type Catalog, type RunEntry, runEntryOf } from '../catalog/catalog.ts';
import type { CatalogReader } from '../catalog/catalog-reader.ts';
import { diffRuns } from '../catalog/diff.ts';
import { EMPTY_RUN, leavesWithName, type Run } from '../catalog/run.ts';
import type { PackageRecord } from '../formats/format.ts';
import type { BaseLookup } from './changes.ts';

/** Names of leaves that were read once stay in memory: a publish of many packages asks for neighbours again and again. */
export function catalogLookup(reader: CatalogReader, catalog: Catalog | undefined): BaseLookup {
  const { runs, leaves } = reader;
  const byName = new Map<string, Promise<ReadonlyMap<string, readonly PackageRecord[]>>>();
  const entries = catalog?.runs.map(({ channel, component, slot }) => ({ channel, component, slot })) ?? [];
  const load = async (entry: RunEntry | undefined): Promise<Run> =>
    entry === undefined ? EMPTY_RUN : runs.load(entry.ref);
  return {
    runs: () => entries,
    async find(key, name) {
      const entry = catalog === undefined ? undefined : runEntryOf(catalog, key);
      const found: PackageRecord[] = [];
      for (const leaf of leavesWithName(await load(entry), name)) {
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
      yield* diffRuns(await load(now), await load(then), reader);
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
