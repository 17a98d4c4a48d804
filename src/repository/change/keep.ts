/** The setting `keep`: how many versions stay. */
import type { Format, PackageRecord } from '../../formats/format.ts';

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
