/**
 * What changed between two revisions. Leaves that both have are not read: runs are cut where the packages say so, so equal
 * leaves hold equal packages, and all differences lie in the others.
 */
import type { PackageRecord } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { BlobStore } from './blobs.ts';
import { callOf } from './call-of.ts';
import {
  type Catalog,
  compareRunKeys,
  isIn,
  type RunEntry,
  type RunFilter,
  type RunKey,
  runEntryOf,
} from './catalog.ts';
import type { LeafStore, RunLeaf } from './leaf-store.ts';
import { mapInOrder } from './map-in-order.ts';
import { compareKeys, sameRecord } from './package-key.ts';
import { EMPTY_RUN, type Run, readRun } from './run.ts';

/** One package that is not as it was. `changed`: same name, version and architecture, another file or other metadata. */
export type PackageChange =
  | { readonly kind: 'added'; readonly after: PackageRecord }
  | { readonly kind: 'removed'; readonly before: PackageRecord }
  | { readonly kind: 'changed'; readonly before: PackageRecord; readonly after: PackageRecord };

/** A change and the run that it is in. */
export type PlacedChange = PackageChange & { readonly run: RunKey };

export interface DiffDeps extends CallOptions {
  readonly blobs: BlobStore;
  readonly leaves: LeafStore;
}

/** Leaves of each side that are read ahead. */
const LEAVES_AHEAD = 4;

/** Changes from `a` to `b`, in the order of packages. Errors: LEDGER_CORRUPT, and those of `Storage.read`. */
export async function* diffRuns(
  a: Run,
  b: Run,
  deps: DiffDeps,
): AsyncGenerator<PackageChange, void, undefined> {
  const before = packagesOf(leavesWithout(a, b), deps);
  const after = packagesOf(leavesWithout(b, a), deps);
  try {
    let old = (await before.next()).value;
    let now = (await after.next()).value;
    while (old ?? now) {
      const order = !old ? 1 : !now ? -1 : compareKeys(old, now);
      if (old && order < 0) yield { kind: 'removed', before: old };
      else if (now && order > 0) yield { kind: 'added', after: now };
      else if (old && now && !sameRecord(old, now)) yield { kind: 'changed', before: old, after: now };
      if (order <= 0) old = (await before.next()).value;
      if (order >= 0) now = (await after.next()).value;
    }
  } finally {
    await before.return();
    await after.return();
  }
}

/** Changes from `a` to `b` in all runs that `where` matches, run by run. */
export async function* diffCatalogs(
  a: Catalog | undefined,
  b: Catalog,
  options: DiffDeps & { readonly where?: RunFilter },
): AsyncGenerator<PlacedChange, void, undefined> {
  const load = async (entry: RunEntry | undefined): Promise<Run> =>
    entry ? readRun(options.blobs, entry.ref, callOf(options)) : EMPTY_RUN;
  const old = a?.runs ?? [];
  const added = b.runs.filter((run) => !old.some((other) => compareRunKeys(other, run) === 0));
  for (const key of [...old, ...added].sort(compareRunKeys)) {
    const { channel, component, slot } = key;
    const run = { channel, component, slot };
    const before = a && runEntryOf(a, run);
    const after = runEntryOf(b, run);
    if (!isIn(run, options.where ?? {}) || before?.ref.sha256 === after?.ref.sha256) continue;
    for await (const change of diffRuns(await load(before), await load(after), options))
      yield { ...change, run };
  }
}

function leavesWithout(run: Run, other: Run): readonly RunLeaf[] {
  const shared = new Set(other.leaves.map((leaf) => leaf.blob.sha256));
  return run.leaves.filter((leaf) => !shared.has(leaf.blob.sha256));
}

async function* packagesOf(
  leaves: readonly RunLeaf[],
  deps: DiffDeps,
): AsyncGenerator<PackageRecord, void, undefined> {
  const { signal } = deps;
  const work = (leaf: RunLeaf): Promise<readonly PackageRecord[]> =>
    deps.leaves.read(leaf, { ...callOf(deps), keep: false });
  for await (const records of mapInOrder(leaves, { limit: LEAVES_AHEAD, signal, work })) yield* records;
}
