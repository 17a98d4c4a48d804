/** Which packages a revision holds. */
import { callOf } from '../catalog/call-of.ts';
import { compareRunKeys, isIn, type RunEntry } from '../catalog/catalog.ts';
import type { RunLeaf } from '../catalog/leaf-store.ts';
import { mapInOrder } from '../catalog/map-in-order.ts';
import { leavesWithName } from '../catalog/run.ts';
import { fillPlace } from '../config/place.ts';
import type { PackageRecord, PackageSummary, Relations } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Filter } from './change/actions.ts';
import type { ReadRevision } from './change/content.ts';
import type { Repository } from './repository.ts';

/** Leaves that are read at a time. */
const LEAVES_AHEAD = 8;

/** A package and where it is. */
export interface ListedPackage {
  readonly channel: string;
  readonly component: string;
  readonly slot: string;
  readonly record: PackageRecord;
}

/** A package with all that is known of it. */
export interface ShownPackage extends ListedPackage {
  readonly summary: PackageSummary;
  readonly relations: Relations;
}

/** Every package of the places that `filter` names, by place and name. @throws PLACE_NOT_FOUND, LEDGER_CORRUPT */
export async function* iteratePackages(
  repository: Repository,
  at: ReadRevision,
  filter: Filter & CallOptions = {},
): AsyncIterable<ListedPackage> {
  const { runs, leaves, isFar, readPlace } = repository.catalog;
  const { signal } = filter;
  const call = callOf({ signal });
  const work = (leaf: RunLeaf): Promise<readonly PackageRecord[]> =>
    leaves.read(leaf, { ...call, keep: false });
  const entries = runsOf(at, { ...filter, repository: repository.name });
  for (const [, own] of Map.groupBy(entries, ({ channel, component }) => `${channel}/${component}`)) {
    const [place] = own;
    const all = isFar && place ? await readPlace(at.content.catalog, place, call) : undefined;
    for (const entry of own) {
      if (all !== undefined) {
        for (const { slot, record } of all) if (slot === entry.slot) yield listed(entry, record);
        continue;
      }
      const run = await runs.load(entry.ref, call);
      for await (const records of mapInOrder(run.leaves, { limit: LEAVES_AHEAD, signal, work }))
        for (const record of records) yield listed(entry, record);
    }
  }
}

/** Packages called `name`, newest version first. Reads only the leaves that may hold it. @throws PLACE_NOT_FOUND, LEDGER_CORRUPT */
export async function findPackages(
  repository: Repository,
  at: ReadRevision,
  query: Filter & { readonly name: string; readonly version?: string | undefined },
): Promise<readonly ListedPackage[]> {
  const { runs, leaves } = repository.catalog;
  const { name, version } = query;
  const work = async (entry: RunEntry): Promise<readonly ListedPackage[]> => {
    const run = await runs.load(entry.ref);
    const all = await Promise.all(leavesWithName(run, name).map((leaf) => leaves.read(leaf)));
    const own = all.flat().filter((one) => one.name === name && (version ?? one.version) === one.version);
    return own.map((record) => listed(entry, record));
  };
  const entries = runsOf(at, { ...query, repository: repository.name });
  const found = (await Promise.all(entries.map(work))).flat();
  const { compareVersions } = formatByName(at.content.catalog.settings.format);
  return found.sort(
    (a, b) =>
      compareRunKeys({ ...a, slot: '' }, { ...b, slot: '' }) ||
      compareVersions(b.record.version, a.record.version),
  );
}

/** What a package's metadata says, in a form for people. */
export function showPackage(at: ReadRevision, found: ListedPackage): ShownPackage {
  const format = formatByName(at.content.catalog.settings.format);
  return { ...found, summary: format.summarise(found.record), relations: format.relations(found.record) };
}

/** Packages whose name or one-line summary holds `text`, letter case aside. */
export async function* searchPackages(
  repository: Repository,
  at: ReadRevision,
  query: Filter & CallOptions & { readonly text: string },
): AsyncIterable<ShownPackage> {
  const wanted = query.text.toLowerCase();
  for await (const found of iteratePackages(repository, at, query)) {
    if (!found.record.metadata.toLowerCase().includes(wanted)) continue;
    const shown = showPackage(at, found);
    if (`${found.record.name}\n${shown.summary.summary}`.toLowerCase().includes(wanted)) yield shown;
  }
}

/** @throws PLACE_NOT_FOUND */
function runsOf(
  at: ReadRevision,
  { repository, channel, component }: Filter & { readonly repository: string },
): readonly RunEntry[] {
  const { settings, runs } = at.content.catalog;
  fillPlace({ repository, channel, component }, settings);
  return runs.filter((run) => isIn(run, { channel, component }));
}

function listed({ channel, component, slot }: RunEntry, record: PackageRecord): ListedPackage {
  return { channel, component, slot, record };
}
