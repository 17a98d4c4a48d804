/** The names that the filters of leaves hold, so that packages which relate to a name are found without reading all. */
import type { LeafStore } from '../../catalog/leaf-store.ts';
import { createNameFilter } from '../../catalog/name-filter.ts';
import type { Format, PackageRecord } from '../../formats/format.ts';
import type { InstallRules } from '../../formats/install-rules.ts';

/** The same leaves, which are written with the names that they are about, where the format can tell. */
export function withLeafNames(leaves: LeafStore, { install }: Pick<Format, 'install'>): LeafStore {
  if (install === undefined) return leaves;
  return {
    ...leaves,
    write: (draft, call) => {
      const names = createNameFilter(draft.records.flatMap((record) => leafNames(record, install)));
      return leaves.write(draft, { ...call, names });
    },
  };
}

/** What a package is about: names that it needs or conflicts with, and those that it provides. */
export function leafNames(record: PackageRecord, install: InstallRules): readonly string[] {
  const { related, provided } = install.mentionedNames(record);
  return [...related, ...[...provided].map(asProvided)];
}

/** To look for packages that provide `name`, other than those called so; `name` alone finds those that need it or conflict with it. */
export function asProvided(name: string): string {
  return `=${name}`;
}
