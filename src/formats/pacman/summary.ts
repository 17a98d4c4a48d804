import type { PackageRecord, PackageSummary } from '../format.ts';
import { type DescKey, readDesc } from './desc.ts';

/** As `pacman -Si` calls them. */
const SHOWN: readonly (readonly [DescKey, string])[] = [
  ['NAME', 'Name'],
  ['BASE', 'Base'],
  ['VERSION', 'Version'],
  ['DESC', 'Description'],
  ['ARCH', 'Architecture'],
  ['URL', 'URL'],
  ['LICENSE', 'Licenses'],
  ['GROUPS', 'Groups'],
  ['PROVIDES', 'Provides'],
  ['DEPENDS', 'Depends On'],
  ['OPTDEPENDS', 'Optional Deps'],
  ['MAKEDEPENDS', 'Make Deps'],
  ['CHECKDEPENDS', 'Check Deps'],
  ['CONFLICTS', 'Conflicts With'],
  ['REPLACES', 'Replaces'],
  ['ISIZE', 'Installed Size'],
  ['PACKAGER', 'Packager'],
  ['BUILDDATE', 'Build Date'],
];

/** What a person wants to read of a package. */
export function summarise({ metadata }: Pick<PackageRecord, 'metadata'>): PackageSummary {
  const desc = readDesc(metadata);
  return {
    summary: desc.DESC?.[0] ?? '',
    section: desc.GROUPS?.[0],
    maintainer: desc.PACKAGER?.[0],
    homepage: desc.URL?.[0],
    fields: SHOWN.flatMap(([key, name]) => {
      const values = desc[key] ?? [];
      if (values.length === 0) return [];
      return [{ name, value: values.map((value) => shownValue(key, value)).join(', ') }];
    }),
  };
}

function shownValue(key: DescKey, value: string): string {
  if (key === 'ISIZE') return `${value} bytes`;
  const date = key === 'BUILDDATE' ? new Date(Number(value) * 1000) : undefined;
  return date !== undefined && Number.isFinite(date.getTime()) ? date.toISOString() : value;
}
