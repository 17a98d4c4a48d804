/** Some packages of a revision, from all over it; those with unusual names first. */
import { createLeafStore, type RunLeaf } from '../../catalog/leaf-store.ts';
import { readRun } from '../../catalog/run.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { Filter } from '../change/actions.ts';
import type { ReadRevision } from '../change/content.ts';
import type { Repository } from '../repository.ts';

const SAMPLE = 20;
/** Of these, packages whose names servers may take wrongly. */
const SPECIAL = 4;

/** True for a name that clients encode and servers may forget to decode. */
export function hasSpecialName({ path }: Pick<PackageRecord, 'path'>): boolean {
  return /[+~]/.test(path);
}

/** At most 20, each file once. The same revision gives the same ones. @throws LEDGER_CORRUPT */
export async function samplePackages(
  { ledger: { blobs } }: Repository,
  { content }: ReadRevision,
  { channel, component }: Filter,
): Promise<readonly PackageRecord[]> {
  const runs = content.catalog.runs.filter(
    (run) => (channel ?? run.channel) === run.channel && (component ?? run.component) === run.component,
  );
  const all: RunLeaf[] = [];
  for (const { ref } of runs) all.push(...(await readRun(blobs, ref)).leaves);
  const leaves = createLeafStore(blobs);
  const records: PackageRecord[] = [];
  for (const leaf of spread(all, SAMPLE)) records.push(...(await leaves.read(leaf, { keep: false })));
  const special = spread(records.filter(hasSpecialName), SPECIAL);
  const chosen = [...special, ...spread(records, SAMPLE)].map((record) => [record.path, record] as const);
  return [...new Map(chosen).values()].slice(0, SAMPLE);
}

/** At most `count` of the items, at equal distances. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, items.length / count);
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, at) => items[Math.floor(at * step)],
  ).filter((item) => item !== undefined);
}
