/** What revisions name: keys only, never whole records, and each leaf is read once however many revisions share it. */

import type { IndexFileSource } from '../../catalog/catalog.ts';
import { createLeafStore, type RunLeaf } from '../../catalog/leaf-store.ts';
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { readRun } from '../../catalog/run.ts';
import type { CallOptions } from '../../storage/storage.ts';
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

export interface NameCollector {
  readonly tree: Folder;
  readonly state: Folder;
  /** Adds what a revision names. What an earlier one named keeps its reason. @throws LEDGER_CORRUPT, STORE_* */
  add(kept: KeptRevision, call: CallOptions): Promise<void>;
}

export function createNameCollector({ ledger: { blobs: store } }: Repository): NameCollector {
  const leaves = createLeafStore(store, { cacheBytes: 0 });
  const [tree, state] = [createFolder(), createFolder()];
  const readLeaves = new Set<string>();
  const readRuns = new Set<string>();

  const addLeaves = async (found: readonly RunLeaf[], reason: NamedBy, call: CallOptions): Promise<void> => {
    for (const { blob } of found) state.name(blob.key, 'ledger', reason);
    const fresh = found.filter(({ blob }) => !readLeaves.has(blob.sha256));
    const work = (leaf: RunLeaf) => leaves.read(leaf, { ...call, keep: false });
    for await (const records of mapInOrder(fresh, { limit: LANES, signal: call.signal, work }))
      for (const { path } of records) tree.name(path, 'package', reason);
    for (const { blob } of fresh) readLeaves.add(blob.sha256);
  };

  return {
    tree,
    state,
    async add({ revision: { signed, manifest }, content: { catalog, foreign }, reason, brief }, call) {
      const { manifest: ref, files } = signed.record;
      const blobs = [ref, files, foreign, manifest.sweep?.keys, ...manifest.settled.map(({ blob }) => blob)];
      for (const blob of blobs) if (blob) state.name(blob.key, 'ledger', reason);
      const indexes = catalog.channels.flatMap((channel) => channel.indexes);
      for (const { table } of indexes) state.name(table.key, 'ledger', reason);
      const indexFiles = indexes.flatMap((index) => index.files).flatMap(({ from }) => from ?? []);
      const short = new Set(brief ? indexFiles.map(keyOf) : []);
      for (const from of [...indexFiles, ...manifest.pointers.map((pointer) => pointer.from)]) {
        const [folder, kind] = 'tree' in from ? ([tree, 'index'] as const) : ([state, 'ledger'] as const);
        if (short.has(keyOf(from))) folder.brief.add(keyOf(from));
        else folder.name(keyOf(from), kind, reason);
      }
      if (reason === 'current') for (const { path } of manifest.pointers) tree.name(path, 'index', reason);
      for (const { ref: run } of catalog.runs) {
        state.name(run.key, 'ledger', reason);
        if (readRuns.has(run.key)) continue;
        await addLeaves((await readRun(store, run, call)).leaves, reason, call);
        readRuns.add(run.key);
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
