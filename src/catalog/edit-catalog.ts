/** From one revision's content to the next: edits the runs, then makes the indexes that list them. */
import { availableParallelism } from 'node:os';
import type { Format, IndexPlan, RepositorySettings } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import { callOf } from './call-of.ts';
import {
  type Catalog,
  type CatalogChannel,
  channelView,
  type IndexEntry,
  publishedEncodings,
  type RunEntry,
  runEntryOf,
} from './catalog.ts';
import type { CatalogReader } from './catalog-reader.ts';
import { editRuns, type MissingPackage, type RunEdits } from './edit-runs.ts';
import type { IndexFiles } from './index-files.ts';
import { createLoader, type Loader } from './loader.ts';
import { compareUtf8 } from './package-key.ts';
import { isCurrent, type Parents, parentsFor } from './parents.ts';
import { renderIndex } from './render-index.ts';
import { readSegmentTable, type SegmentTable } from './segment-table.ts';
import { parseSettings } from './settings.ts';
import { createTextDigests, type TextDigests } from './text-digests.ts';

export type { RunEdits } from './edit-runs.ts';

export interface CatalogChange {
  /** The new settings. What lies in channels and components that they do not name is dropped. */
  readonly settings: RepositorySettings;
  /** At most one per run. */
  readonly edits: readonly RunEdits[];
}

export interface CatalogDeps extends CallOptions, CatalogReader {
  readonly format: Pick<Format, 'segments' | 'planIndexes'>;
  readonly files: IndexFiles;
  /** xz blocks compressed at a time. Default: one per core, at most 4, which is what the thread pool has. */
  readonly parallel?: number;
  /** Told for each xz block that the thread pool begins: it is busy for a while, and this thread is not. */
  readonly onBusy?: () => void;
}

export interface EditedCatalog {
  readonly catalog: Catalog;
  /** Channels whose indexes are not what they were in the base; those that are gone, too. */
  readonly changedChannels: readonly string[];
  /** Indexes that were made, not taken over. */
  readonly made: readonly IndexEntry[];
  /** Drops that met no package. */
  readonly missing: readonly MissingPackage[];
}

/**
 * The catalog after `change`. All that it names is stored when this returns; nothing that the base names is touched.
 * Channels keep the date of the base: the caller gives a new one to those that it signs (`withDates`).
 * Errors: LEDGER_CORRUPT, and those of the storages. A plain Error: a run or package that is edited twice, or a run that
 * the settings do not name.
 */
export async function editCatalog(
  base: Catalog | undefined,
  change: CatalogChange,
  deps: CatalogDeps,
): Promise<EditedCatalog> {
  const settings = parseSettings(change.settings);
  const known = createKnown(deps);
  const old = base?.channels ?? [];
  // Needed soon, and far away perhaps. Of the others that are parents, the new one has most.
  for (const [first, ...others] of parentsOf(old, change.edits)) {
    for (const { table } of [first, ...others]) void known.tables.load(table, callOf(deps));
    for (const file of first.files) deps.files.ahead(file, callOf(deps));
  }
  const { runs, missing } = await editRuns(base, { settings, edits: change.edits }, deps);
  const made: IndexEntry[] = [];
  const channels: CatalogChannel[] = [];
  for (const name of settings.channels.map((channel) => channel.name).sort(compareUtf8)) {
    const before = old.find((channel) => channel.name === name);
    const indexes: IndexEntry[] = [];
    for (const plan of plansOf({ settings, runs }, { name, format: deps.format })) {
      const entry = before?.indexes.find((index) => index.path === plan.path);
      const own = plan.slots.flatMap(
        (slot) => runEntryOf({ runs }, { channel: name, component: plan.component, slot }) ?? [],
      );
      const digests = own.map((run) => run.ref.sha256);
      if (entry && isCurrent(entry, { plan, digests })) {
        indexes.push(entry);
        continue;
      }
      const others = old.flatMap((channel) => channel.indexes);
      const parents = parentsFor(plan, { digests, entry, made, others });
      const index = await renderPlan({ plan, own, parents }, { ...deps, known });
      made.push(index);
      indexes.push(index);
    }
    channels.push({ name, dateMs: before?.dateMs ?? 0, indexes });
  }
  return {
    catalog: { settings, channels, runs },
    changedChannels: changedNames(old, channels),
    made,
    missing,
  };
}

/**
 * Makes the files of an index of `catalog` once more, whatever is left of them: what is damaged or missing is written at its
 * old name again. Gives the entry, whose digests are those of `index` when this machine compresses as the one that made it.
 * Errors: LEDGER_CORRUPT, and those of the storages.
 */
export function rerenderIndex(
  catalog: Catalog,
  index: IndexEntry,
  options: CatalogDeps & { readonly channel: string },
): Promise<IndexEntry> {
  const { path, component, slots, segment, files } = index;
  const plan = { path, component, slots, segment, encodings: publishedEncodings(files) };
  const own = slots.flatMap(
    (slot) => runEntryOf(catalog, { channel: options.channel, component, slot }) ?? [],
  );
  const parents = { near: [index], far: [] };
  return renderPlan({ plan, own, parents }, { ...options, known: createKnown(options) });
}

function plansOf(
  catalog: Pick<Catalog, 'settings' | 'runs'>,
  { name, format }: { readonly name: string; readonly format: Pick<Format, 'planIndexes'> },
): readonly IndexPlan[] {
  const view = channelView(catalog, name);
  return view ? format.planIndexes(view) : [];
}

async function renderPlan(
  work: {
    readonly plan: IndexPlan;
    readonly own: readonly RunEntry[];
    readonly parents: Parents;
  },
  deps: CatalogDeps & { readonly known: Known },
): Promise<IndexEntry> {
  const { plan, own, parents } = work;
  const segment = deps.format.segments[plan.segment];
  if (!segment) throw new Error(`${plan.path}: the format has no segment '${plan.segment}'`);
  const runs = await Promise.all(
    own.map(async ({ ref }) => ({ run: await deps.runs.load(ref, callOf(deps)), sha256: ref.sha256 })),
  );
  const { blobs, leaves, files, onBusy, parallel = Math.min(4, availableParallelism()) } = deps;
  const { tables, digests } = deps.known;
  const stores = { blobs, leaves, files, tables };
  return renderIndex(
    { plan, runs, parents },
    { ...callOf(deps), ...stores, segment, digests, parallel, onBusy },
  );
}

/** Of each channel, the indexes that list an edited run: the first, and those that have what it will not have: other runs. */
function parentsOf(
  channels: readonly CatalogChannel[],
  edits: readonly RunEdits[],
): readonly (readonly [IndexEntry, ...IndexEntry[]])[] {
  const edited = (name: string, { component, slots }: IndexEntry): number =>
    edits.filter(({ run }) => run.channel === name && run.component === component && slots.includes(run.slot))
      .length;
  return channels.flatMap(({ name, indexes }) => {
    const [first, ...others] = indexes.filter((index) => edited(name, index) > 0);
    return first === undefined
      ? []
      : [[first, ...others.filter((index) => index.runs.length > edited(name, index))] as const];
  });
}

/** What the indexes of one edit have in common. */
interface Known {
  readonly tables: Loader<SegmentTable>;
  readonly digests: TextDigests;
}

function createKnown({ blobs }: CatalogDeps): Known {
  const tables = createLoader((ref, call) => readSegmentTable(blobs, ref, call));
  return { tables, digests: createTextDigests() };
}

function changedNames(before: readonly CatalogChannel[], after: readonly CatalogChannel[]): string[] {
  const gone = before.filter(({ name }) => after.every((channel) => channel.name !== name));
  const changed = after.filter(({ name, indexes }) => {
    const old = before.find((channel) => channel.name === name)?.indexes;
    return old?.length !== indexes.length || indexes.some((index, at) => index !== old[at]);
  });
  return [...gone, ...changed].map(({ name }) => name).sort(compareUtf8);
}
