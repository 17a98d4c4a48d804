/** Whether the repositories hold the same: only then can the times of making them be compared. */
import { join } from 'node:path';
import { checkFiles } from './check-files.ts';
import { compareIndexes, type IndexDifference } from './compare-indexes.ts';
import type { Entrant, OurEntrants } from './entrants.ts';
import { compareSizes } from './sizes.ts';

/** pakhus's index beside another's. */
export interface Comparison {
  readonly peer: string;
  readonly when: 'full' | 'add-one';
  readonly found: IndexDifference;
}

const FILES_CHECKED = 2000;

/** Compares our index with that of every contestant that has published the same packages by now. */
export async function compareAll(
  ours: OurEntrants,
  entrants: readonly Entrant[],
  when: Comparison['when'],
): Promise<Comparison[]> {
  const text = await ours.main.readPackages();
  const comparisons: Comparison[] = [];
  for (const { contestant } of entrants) {
    const same = contestant === ours.main || contestant === ours.small;
    if (same || (when === 'add-one' && !contestant.addOne)) continue;
    const found = compareIndexes(text, await contestant.readPackages(), { unfold: contestant.unfolds });
    comparisons.push({ peer: contestant.title, when, found });
  }
  return comparisons;
}

/** Our compressed indexes over what `gzip -9` and `xz -6` make of the same text; by encoding. */
export async function indexSizes(ours: OurEntrants, dir: string): Promise<Map<string, number>> {
  const indexes = join(ours.main.root, 'dists/stable/main/binary-amd64');
  return compareSizes(indexes, { text: await ours.main.readPackages(), dir });
}

/** One line for each of 2,000 packages of our index whose file is not what the index says. */
export async function checkOurFiles(ours: OurEntrants, seed: number): Promise<string[]> {
  return checkFiles(ours.main.root, await ours.main.readPackages(), { sample: FILES_CHECKED, seed });
}
