/** What is to become of the packages of one run, before anything is written. */
import type { RunKey } from '../../catalog/catalog.ts';
import type { RunEdits } from '../../catalog/edit-catalog.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { Identity } from './actions.ts';

/** A package that is put, or an identity that goes. `restored`: it was there before, so it is nothing new that `keep` acts on. */
export type Entry = { readonly put: PackageRecord; readonly restored: boolean } | { readonly drop: Identity };

export interface RunOverlay {
  readonly run: RunKey;
  /** By name; at most one entry for each version and architecture. Lists are replaced, never changed. */
  readonly names: Map<string, readonly Entry[]>;
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.name === b.name && a.version === b.version && a.architecture === b.architecture;
}

export function identityOf(entry: Entry): Identity {
  return 'drop' in entry ? entry.drop : entry.put;
}

export function recordOf(entry: Entry): readonly PackageRecord[] {
  return 'drop' in entry ? [] : [entry.put];
}

/** The entries with `entry` in the place of the one of the same identity. */
export function withEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  return [...entries.filter((one) => !isSame(identityOf(one), identityOf(entry))), entry];
}

/** What is there once `entries` are applied to `old`, all of one name. */
export function applyEntries(
  old: readonly PackageRecord[],
  entries: readonly Entry[],
): readonly PackageRecord[] {
  const kept = old.filter((record) => !entries.some((entry) => isSame(identityOf(entry), record)));
  return [...kept, ...entries.flatMap(recordOf)];
}

/** An overlay that restores: it is `edits` and nothing else. */
export function restoringOverlay({ run, put, drop }: RunEdits): RunOverlay {
  const entries: Entry[] = [
    ...drop.map((identity) => ({ drop: identity })),
    ...put.map((record) => ({ put: record, restored: true })),
  ];
  return { run, names: Map.groupBy(entries, (entry) => identityOf(entry).name) };
}

/** Undefined when nothing is to be done. */
export function editsOf({ run, names }: RunOverlay): RunEdits | undefined {
  const put: PackageRecord[] = [];
  const drop: Identity[] = [];
  for (const entries of names.values()) {
    for (const entry of entries) {
      if ('drop' in entry) drop.push(entry.drop);
      else put.push(entry.put);
    }
  }
  return put.length + drop.length > 0 ? { run, put, drop } : undefined;
}
