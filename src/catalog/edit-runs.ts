/** Edits several runs of a catalog. */
import type { RepositorySettings } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import { callOf } from './call-of.ts';
import { type Catalog, compareRunKeys, type RunEntry, type RunKey, runEntryOf } from './catalog.ts';
import type { CatalogReader } from './catalog-reader.ts';
import { editRun, type PackageEdits } from './edit-run.ts';
import type { PackageKey } from './package-key.ts';
import { EMPTY_RUN, type Run, writeRun } from './run.ts';

/** What is to change in one run. */
export interface RunEdits extends PackageEdits {
  readonly run: RunKey;
}

export interface EditedRuns {
  /** Those that hold packages, by channel, component and slot. */
  readonly runs: readonly RunEntry[];
  /** Drops that met no package. */
  readonly missing: readonly MissingPackage[];
}

export interface MissingPackage {
  readonly run: RunKey;
  readonly key: PackageKey;
}

/** The runs of `base` after `edits`, without those of channels and components that `settings` do not name. */
export async function editRuns(
  base: Catalog | undefined,
  change: { readonly settings: RepositorySettings; readonly edits: readonly RunEdits[] },
  deps: CallOptions & CatalogReader,
): Promise<EditedRuns> {
  const { settings, edits } = change;
  const isNamed = (run: RunKey): boolean =>
    settings.components.includes(run.component) && settings.channels.some(({ name }) => name === run.channel);
  checkEdits(edits, isNamed);
  const kept = (base?.runs ?? []).filter(
    (entry) => isNamed(entry) && !edits.some(({ run }) => compareRunKeys(run, entry) === 0),
  );
  const entries = [...kept];
  const missing: MissingPackage[] = [];
  for (const { run: key, ...packages } of edits) {
    const edited = await editOne(base && runEntryOf(base, key), { key, packages }, deps);
    if (edited.entry) entries.push(edited.entry);
    missing.push(...edited.missing.map((one) => ({ run: key, key: one })));
  }
  return { runs: entries.sort(compareRunKeys), missing };
}

async function editOne(
  before: RunEntry | undefined,
  edit: { readonly key: RunKey; readonly packages: PackageEdits },
  deps: CallOptions & CatalogReader,
): Promise<{ readonly entry: RunEntry | undefined; readonly missing: readonly PackageKey[] }> {
  const base = before ? await deps.runs.load(before.ref, callOf(deps)) : EMPTY_RUN;
  const { run, missing } = await editRun(base, edit.packages, deps);
  if (isSame(base, run)) return { entry: before, missing };
  if (run.packages === 0) return { entry: undefined, missing };
  const ref = await writeRun(deps.blobs, run, callOf(deps));
  deps.runs.add(ref, run);
  const { channel, component, slot } = edit.key;
  return { entry: { channel, component, slot, packages: run.packages, ref }, missing };
}

function isSame(a: Run, b: Run): boolean {
  return a.leaves.length === b.leaves.length && a.leaves.every((leaf, index) => leaf === b.leaves[index]);
}

function checkEdits(edits: readonly RunEdits[], isNamed: (run: RunKey) => boolean): void {
  const sorted = edits.map((edit) => edit.run).sort(compareRunKeys);
  for (const [index, run] of sorted.entries()) {
    const before = sorted[index - 1];
    const name = `${run.channel}/${run.component}/${run.slot}`;
    if (before && compareRunKeys(before, run) === 0) throw new Error(`${name} is edited twice`);
    if (!isNamed(run)) throw new Error(`${name} is edited, but is not in the settings`);
  }
}
