/** A catalog as `createChanges` looks at it: names are found by reading only the leaves that may hold them. */
import { type Catalog, type RunEntry, type RunKey, runEntryOf } from '../../catalog/catalog.ts';
import type { CatalogReader } from '../../catalog/catalog-reader.ts';
import { diffRuns } from '../../catalog/diff.ts';
import type { RunLeaf } from '../../catalog/leaf-store.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { EMPTY_RUN, leavesAbout, leavesWithName, type Run } from '../../catalog/run.ts';
import type { PackageRecord } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { BaseLookup } from './changes.ts';

/** Leaves that are read at a time. */
const READ_AHEAD = 4;
/** Leaves about one name that are read before all of a channel is: in a directory, and where each takes a while. */
const MANY_LEAVES = 24;
const FEW_LEAVES = 6;

/** Names of leaves that were read once stay in memory: a publish of many packages asks for neighbours again and again. */
export function catalogLookup(reader: CatalogReader, catalog: Catalog | undefined): BaseLookup {
  const { runs, leaves } = reader;
  const byName = new Map<string, Promise<ReadonlyMap<string, readonly PackageRecord[]>>>();
  const entries = catalog?.runs.map(({ channel, component, slot }) => ({ channel, component, slot })) ?? [];
  const format = catalog && formatByName(catalog.settings.format);
  const load = async (entry: RunEntry | undefined): Promise<Run> =>
    entry === undefined ? EMPTY_RUN : runs.load(entry.ref);
  const now = (key: RunKey): Promise<Run> => load(catalog && runEntryOf(catalog, key));
  const places = new Map<string, ReturnType<CatalogReader['readPlace']>>();
  const placeOf = (all: Catalog, { channel, component }: RunKey): ReturnType<CatalogReader['readPlace']> =>
    remember(places, `${channel}/${component}`, () => reader.readPlace(all, { channel, component }));
  return {
    runs: () => entries,
    fits: ({ slot }, architecture) => format?.slotsOf?.(architecture).includes(slot) ?? true,
    replaces: ({ slot }) => slot === format?.plainFiles?.slot,
    async find(key, name) {
      const found: PackageRecord[] = [];
      for (const leaf of leavesWithName(await now(key), name)) {
        const names = await remember(byName, leaf.blob.key, async () =>
          Map.groupBy(await leaves.read(leaf), (record) => record.name),
        );
        found.push(...(names.get(name) ?? []));
      }
      return found;
    },
    async *changesTo(key, past) {
      const from = catalog && runEntryOf(catalog, key);
      const to = runEntryOf(past.catalog, key);
      if (from?.ref.sha256 === to?.ref.sha256) return;
      yield* diffRuns(await load(from), await load(to), reader);
    },
    leafLimit: reader.isFar ? FEW_LEAVES : MANY_LEAVES,
    async *scan(key) {
      const all = reader.isFar && catalog ? await placeOf(catalog, key) : undefined;
      if (all !== undefined) {
        yield all.flatMap(({ slot, record }) => (slot === key.slot ? [record] : []));
        return;
      }
      const work = (leaf: RunLeaf): Promise<readonly PackageRecord[]> => leaves.read(leaf, { keep: false });
      yield* mapInOrder((await now(key)).leaves, { limit: READ_AHEAD, work });
    },
    async leavesAbout(key, name) {
      return leavesAbout(await now(key), name).map((leaf) => () => leaves.read(leaf));
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
