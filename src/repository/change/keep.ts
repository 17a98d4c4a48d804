/** How many versions stay: as many as the setting `keep` says, or one where an index can have no more. */
import type { Format, PackageRecord, RepositorySettings } from '../../formats/format.ts';

/** What drops versions of names that were added to: see `Changes`. */
interface Keeping {
  keepNewest(keep: number, format: Format): Promise<void>;
  keepOne(format: Format): Promise<void>;
}

interface KeepingRules {
  readonly format: Format;
  readonly settings: RepositorySettings;
}

/** Whether an index has each name once. */
export function listsOne({ format, settings }: KeepingRules): boolean {
  return format.shareNames !== undefined && !format.listsAllVersions?.(settings);
}

/** Drops what is too much by the settings, or by what an index of the format can list. */
export async function dropOldVersions(changes: Keeping, rules: KeepingRules): Promise<void> {
  const { format, settings } = rules;
  if (listsOne(rules)) await changes.keepOne(format);
  else if (settings.keep !== undefined) await changes.keepNewest(settings.keep, format);
}

/** Of the versions of one name: records beyond the newest `keep` of each architecture. */
export function surplus(
  records: readonly PackageRecord[],
  { keep, format }: { readonly keep: number; readonly format: Format },
): readonly PackageRecord[] {
  const byArchitecture = Map.groupBy(records, (record) => record.architecture);
  return [...byArchitecture.values()].flatMap((group) =>
    group.toSorted((a, b) => format.compareVersions(b.version, a.version)).slice(keep),
  );
}

/** Of the packages of one name: those that a newer one pushes out of an index which could list both. */
export function superseded<T extends { readonly slot: string; readonly record: PackageRecord }>(
  packages: readonly T[],
  { compareVersions, shareNames }: Pick<Format, 'compareVersions' | 'shareNames'>,
): readonly T[] {
  const kept: T[] = [];
  const gone: T[] = [];
  // Of the same version the one for a single architecture stays, not the one whose slot shares indexes with whatever slot there is.
  const breadth = ({ slot }: T): number => (shareNames?.(slot, '') ? 1 : 0);
  const ordered = packages.toSorted(
    (a, b) => compareVersions(b.record.version, a.record.version) || breadth(a) - breadth(b),
  );
  for (const one of ordered) {
    const isShadowed = kept.some(({ slot }) => shareNames?.(slot, one.slot));
    (isShadowed ? gone : kept).push(one);
  }
  return gone;
}
