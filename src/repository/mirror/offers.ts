/** What an upstream offers to one kind of machine: of each name its newest version, of equal ones the first. */
import type { IndexedPackage, InstallRules } from '../../formats/install-rules.ts';

/** A package of an index. */
export interface Offer extends IndexedPackage {
  /** Which of the indexes lists it. */
  readonly index: number;
}

/** @param texts Of the indexes, with one character for each byte. */
export function readOffers(
  texts: readonly string[],
  {
    install,
    architecture,
    compareVersions,
  }: {
    readonly install: Pick<InstallRules, 'readIndex'>;
    readonly architecture: string;
    compareVersions(a: string, b: string): number;
  },
): readonly Offer[] {
  const newest = new Map<string, Offer>();
  for (const [index, text] of texts.entries()) {
    for (const { name, version, architecture: own, metadata } of install.readIndex(text, architecture)) {
      const known = newest.get(name);
      if (known === undefined || compareVersions(version, known.version) > 0)
        newest.set(name, { name, version, architecture: own, metadata, index });
    }
  }
  return [...newest.values()];
}
