/** What revisions name: keys only, never whole records, and each leaf is read once however many revisions share it. */

import type { IndexEntry, IndexFileSource } from '../../catalog/catalog.ts';
import { createLeafStore, type RunLeaf } from '../../catalog/leaf-store.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { type Run, readRun } from '../../catalog/run.ts';
import { quietly } from '../../core/quietly.ts';
import type { Format } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import { pathsOfLeaf } from '../../pages/page-files.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { ReadRevision } from '../change/content.ts';
import { pagesOf } from '../pages/pages-content.ts';
import type { Repository } from '../repository.ts';
import type { NamedBy, Names, ObjectKind } from './classify.ts';
import type { KeptRevision } from './kept-revisions.ts';

/** Leaves that are read at once. */
const LANES = 8;

/** The names of one of the two folders. */
interface Folder {
  readonly names: Names;
  readonly brief: ReadonlySet<string>;
}

/** What is named for the sake of a leaf, besides its packages. */
interface LeafNames extends CallOptions, Pick<Format, 'companions'> {
  readonly reason: NamedBy;
  /** Of the pages about it; undefined: there are none. */
  readonly look: string | undefined;
}

export interface NameCollector {
  readonly tree: Folder;
  readonly state: Folder;
  /** Begins to read what a revision that comes soon will be asked for. */
  ahead(revision: Pick<ReadRevision, 'content'>, call: CallOptions): void;
  /** Adds what a revision names. What an earlier one named keeps its reason. @throws LEDGER_CORRUPT, STORE_* */
  add(kept: KeptRevision, call: CallOptions): Promise<void>;
}

export function createNameCollector({ ledger: { blobs: store } }: Repository): NameCollector {
  const leaves = createLeafStore(store, { cacheBytes: 0 });
  const [tree, state] = [createFolder(), createFolder()];
  const readLeaves = new Set<string>();
  const readRuns = new Set<string>();
  /** Each is asked for once; those that are not added yet. */
  const asked = new Set<string>();
  const coming = new Map<string, Promise<Run>>();

  /** `listed`: the indexes that list them. */
  const addLeaves = async (
    found: readonly RunLeaf[],
    listed: readonly IndexEntry[],
    { companions, look, reason, ...call }: LeafNames,
  ): Promise<void> => {
    for (const { blob } of found) state.name(blob.key, 'ledger', reason);
    // Without companions, what a leaf names is the same for every index.
    const indexes = companions === undefined ? [undefined] : listed;
    const id = (leaf: RunLeaf, index: IndexEntry | undefined): string =>
      `${leaf.blob.sha256} ${look} ${index?.path}`;
    const freshFor = (leaf: RunLeaf) => indexes.filter((index) => !readLeaves.has(id(leaf, index)));
    const fresh = found.filter((leaf) => freshFor(leaf).length > 0);
    const work = async (leaf: RunLeaf) => ({
      leaf,
      records: await leaves.read(leaf, { ...call, keep: false }),
    });
    for await (const { leaf, records } of mapInOrder(fresh, { limit: LANES, signal: call.signal, work })) {
      const wanted = freshFor(leaf);
      if (look !== undefined)
        for (const path of pathsOfLeaf({ leaf: leaf.blob.sha256, records }, look))
          tree.name(path, 'page', reason);
      for (const record of records) {
        tree.name(record.path, 'package', reason);
        for (const index of wanted)
          if (index !== undefined)
            for (const { path } of companions?.(record, index) ?? []) tree.name(path, 'package', reason);
      }
      for (const index of wanted) readLeaves.add(id(leaf, index));
    }
  };

  return {
    tree,
    state,
    ahead({ content: { catalog } }, call) {
      for (const { ref } of catalog.runs) {
        if (asked.has(ref.key)) continue;
        asked.add(ref.key);
        coming.set(ref.key, quietly(readRun(store, ref, call)));
      }
    },
    async add({ revision: { signed, manifest }, content: { catalog, foreign, pages }, reason, brief }, call) {
      const { manifest: ref, files } = signed.record;
      const blobs = [ref, files, foreign, manifest.sweep?.keys, ...manifest.settled.map(({ blob }) => blob)];
      for (const blob of blobs) if (blob) state.name(blob.key, 'ledger', reason);
      const indexes = catalog.channels.flatMap((channel) => channel.indexes);
      for (const { table } of indexes) state.name(table.key, 'ledger', reason);
      for (const path of pagesOf(pages)) tree.name(path, 'page', reason);
      const indexFiles = indexes.flatMap((index) => index.files).flatMap(({ from }) => from ?? []);
      const short = new Set(brief ? indexFiles.map(keyOf) : []);
      for (const from of [...indexFiles, ...manifest.pointers.map((pointer) => pointer.from)]) {
        const [folder, kind] = 'tree' in from ? ([tree, 'index'] as const) : ([state, 'ledger'] as const);
        if (short.has(keyOf(from))) folder.brief.add(keyOf(from));
        else folder.name(keyOf(from), kind, reason);
      }
      if (reason === 'current') for (const { path } of manifest.pointers) tree.name(path, 'index', reason);
      const look = pages?.look;
      const { companions } = formatByName(catalog.settings.format);
      for (const { ref: run, channel, component, slot } of catalog.runs) {
        state.name(run.key, 'ledger', reason);
        const own = catalog.channels.find(({ name }) => name === channel)?.indexes ?? [];
        const listed = own.filter((index) => index.component === component && index.slots.includes(slot));
        const id = [
          run.key,
          look,
          ...(companions === undefined ? [] : listed.map(({ path }) => path)),
        ].join();
        if (readRuns.has(id)) continue;
        const { leaves: found } = await (coming.get(run.key) ?? readRun(store, run, call));
        coming.delete(run.key);
        await addLeaves(found, listed, { ...call, reason, look, ...(companions && { companions }) });
        readRuns.add(id);
      }
    },
  };
}

function keyOf(from: IndexFileSource): string {
  return 'tree' in from ? from.tree : from.blob;
}

function createFolder() {
  const names = new Map<string, { readonly kind: ObjectKind; readonly reason: NamedBy }>();
  const brief = new Set<string>();
  return {
    names,
    brief,
    name: (key: string, kind: ObjectKind, reason: NamedBy): void => {
      if (!names.has(key)) names.set(key, { kind, reason });
    },
  };
}
