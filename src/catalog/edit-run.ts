/**
 * Puts and drops packages of a run, reading and writing only the leaves concerned.
 *
 * ```
 * edits      +a    -f                    in the order of keys, each beside the leaf that it concerns
 * base    │ l0 │ l1 │ l2 │ l3 │
 * read      l0   l1
 * cutter  ──▶ a,l0… ──▶ l1 without f… ──▶ at a cut again? l2 and l3 stay as they are
 * ```
 */

import type { PackageRecord } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import { callOf } from './call-of.ts';
import { createLeafCutter, type LeafCutter, type LeafDraft } from './cut.ts';
import type { LeafStore, RunLeaf } from './leaf-store.ts';
import { mapInOrder } from './map-in-order.ts';
import { compareKeys, describeKey, type PackageKey, sameRecord } from './package-key.ts';
import { createRun, leafFor, type Run } from './run.ts';

/** What is to change. Drops come first: a package that is dropped and put is replaced. */
export interface PackageEdits {
  /** At most one per key; it takes the place of a package with the same key. */
  readonly put: readonly PackageRecord[];
  readonly drop: readonly PackageKey[];
}

export interface EditedRun {
  readonly run: Run;
  /** Leaves that were written for it. */
  readonly written: number;
  /** Drops that met no package. */
  readonly missing: readonly PackageKey[];
}

/** Leaves that are read or written at a time. */
const LIMIT = 4;

/** A change of one key; without a record it is a drop. */
interface Edit {
  readonly key: PackageKey;
  readonly record: PackageRecord | undefined;
}

/**
 * The run after `edits`. The same packages give the same leaves, whatever the history.
 * Errors: LEDGER_CORRUPT, and those of the storage; a plain Error when a key is put twice.
 */
export async function editRun(
  base: Run,
  edits: PackageEdits,
  options: CallOptions & { readonly leaves: LeafStore },
): Promise<EditedRun> {
  const { leaves: store, signal } = options;
  const call = callOf({ signal });
  const missing: PackageKey[] = [];
  const pieces = cutAgain(base, sortEdits(edits), { store, call, missing });
  const leaves: RunLeaf[] = [];
  let written = 0;
  const work = async (piece: RunLeaf | LeafDraft): Promise<RunLeaf> => {
    if ('blob' in piece) return piece;
    written++;
    return store.write(piece, call);
  };
  for await (const leaf of mapInOrder(pieces, { limit: LIMIT, signal, work })) leaves.push(leaf);
  return { run: createRun(leaves), written, missing };
}

/** The new run in order: old leaves that stay, and packages that need a new leaf. */
async function* cutAgain(
  base: Run,
  edits: readonly Edit[],
  context: { readonly store: LeafStore; readonly call: CallOptions; readonly missing: PackageKey[] },
): AsyncGenerator<RunLeaf | LeafDraft> {
  const { store, call, missing } = context;
  const byLeaf = Map.groupBy(edits, (edit) => leafFor(base, edit.key));
  const touched = base.leaves.filter((_, index) => byLeaf.has(index));
  const ahead = mapInOrder(touched, {
    limit: LIMIT,
    signal: call.signal,
    work: (leaf) => store.read(leaf, call),
  });
  const cutter = createLeafCutter();
  try {
    for (const [index, leaf] of base.leaves.entries()) {
      const own = byLeaf.get(index);
      if (!own && cutter.atCut) {
        yield leaf;
        continue;
      }
      const old = own ? (await ahead.next()).value : await store.read(leaf, call);
      if (!old) throw new Error('fewer leaves were read than are touched');
      const records = own ? merge(old, own, missing) : old;
      if (records === old && cutter.atCut) yield leaf;
      else yield* cut(cutter, records);
    }
    yield* cut(cutter, merge([], byLeaf.get(-1) ?? [], missing));
    const rest = cutter.flush();
    if (rest) yield rest;
  } finally {
    await ahead.return();
  }
}

function* cut(cutter: LeafCutter, records: Iterable<PackageRecord>): Generator<LeafDraft> {
  for (const record of records) {
    const draft = cutter.push(record);
    if (draft) yield draft;
  }
}

/** One edit per key, in the order of keys. */
function sortEdits({ put, drop }: PackageEdits): Edit[] {
  const puts = put.map((record): Edit => ({ key: record, record }));
  const drops = drop.map((key): Edit => ({ key, record: undefined }));
  // The sort is stable: of equal keys the put comes first, and stands for both.
  const sorted = [...puts, ...drops].sort((a, b) => compareKeys(a.key, b.key));
  return sorted.filter((edit, index) => {
    const before = sorted[index - 1];
    if (!before || compareKeys(before.key, edit.key) !== 0) return true;
    if (edit.record) throw new Error(`${describeKey(edit.key)} is put twice`);
    return false;
  });
}

/** `records` with the edits made; `records` itself when they change nothing. */
function merge(
  records: readonly PackageRecord[],
  edits: readonly Edit[],
  missing: PackageKey[],
): readonly PackageRecord[] {
  const merged: PackageRecord[] = [];
  let changes = 0;
  let at = 0;
  for (const { key, record } of edits) {
    let old = records[at];
    while (old && compareKeys(old, key) < 0) {
      merged.push(old);
      old = records[++at];
    }
    const met = old && compareKeys(old, key) === 0 ? old : undefined;
    if (met) at++;
    if (record) merged.push(record);
    else if (!met) missing.push(key);
    if (met ? !record || !sameRecord(met, record) : record) changes++;
  }
  if (changes === 0) return records;
  for (; at < records.length; at++) {
    const old = records[at];
    if (old) merged.push(old);
  }
  return merged;
}
