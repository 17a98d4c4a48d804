/** Every package file that an index names: it is there, it has the bytes that the index says, and it is that package. */
import { callOf } from '../../catalog/call-of.ts';
import type { AdoptionRules, BadEntry, ListedPackage } from '../../formats/adoption.ts';
import type { PackageRecord } from '../../formats/format.ts';
import { createIngestPool } from '../ingest/ingest-pool.ts';
import type { InspectedPackage } from '../ingest/inspected.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import type { GatheredPackage } from './gather-packages.ts';
import { inspectTree } from './inspect-tree.ts';

/** Files that are looked at before what they say of themselves is forgotten. */
const PORTION = 2048;

/** A package that passed, as the first revision holds it. */
export interface AdoptedPackage {
  readonly run: GatheredPackage['run'];
  readonly record: PackageRecord;
}

export interface CheckedFiles {
  readonly good: readonly AdoptedPackage[];
  readonly bad: readonly BadEntry[];
}

/** @throws only what is no fault of a file */
export async function checkFiles(
  repository: Repository,
  packages: readonly GatheredPackage[],
  {
    rules,
    format,
    report,
    signal,
  }: UseCaseOptions & { readonly rules: AdoptionRules; readonly format: string },
): Promise<CheckedFiles> {
  const byPath = [...Map.groupBy(packages, ({ listed }) => listed.record.path)];
  const good: AdoptedPackage[] = [];
  const bad = new Map<string, BadEntry>();
  const pool = createIngestPool();
  const progress = (done: number): void =>
    report({ type: 'progress', task: 'Checking packages', done, total: byPath.length });
  try {
    for (let start = 0; start < byPath.length; start += PORTION) {
      progress(start);
      const portion = byPath.slice(start, start + PORTION);
      const found = await inspectTree(
        repository,
        portion.map(([path]) => path),
        { pool, format, onProgress: (done) => progress(start + done), ...callOf({ signal }) },
      );
      for (const [path, ofFile] of portion) {
        const file = found.get(path);
        if (file === undefined) throw new Error(`${path} was not looked at`);
        for (const { run, listed } of ofFile) {
          const record = 'error' in file ? file.error : judge(listed, file.value, rules);
          if (typeof record === 'string') bad.set(`${path}\n${record}`, { where: path, problem: record });
          else good.push({ run, record });
        }
      }
    }
  } finally {
    await pool.close();
  }
  return { good, bad: [...bad.values()] };
}

/** The package as it is taken over; a text says why it is not. */
function judge(
  listed: ListedPackage,
  { sizeBytes, sha256, meta }: InspectedPackage,
  rules: AdoptionRules,
): PackageRecord | string {
  const { record } = listed;
  if (sizeBytes !== record.sizeBytes)
    return `it has ${sizeBytes} bytes, and the index says ${record.sizeBytes}`;
  if (sha256 !== record.sha256) return `its SHA-256 is ${sha256}, and the index says ${record.sha256}`;
  return rules.adopt(listed, meta);
}
