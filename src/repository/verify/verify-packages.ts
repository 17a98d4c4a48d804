/** Every package of the newest revision: its run, its leaf, its file. */
import { createLeafStore } from '../../catalog/leaf-store.ts';
import { readRun } from '../../catalog/run.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import type { PackageRecord } from '../../formats/format.ts';
import { formatByName } from '../../formats/table.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { companionsBetween, hasCompanion } from '../change/companions.ts';
import { holds } from '../ingest/store-package.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type Check, type Finding, FROM_BACKUP } from './verify-finding.ts';

/** Gives how many files were read. */
export async function checkPackages(
  repository: Repository,
  { tail, findings }: Check,
  { report, signal }: UseCaseOptions,
): Promise<number> {
  const { blobs } = repository.ledger;
  const leaves = createLeafStore(blobs);
  const seen = new Set<string>();
  const total = tail.content.catalog.runs.reduce((sum, run) => sum + run.packages, 0);
  for (const entry of tail.content.catalog.runs) {
    await collect(findings, entry.ref.key, async () => {
      for (const leaf of (await readRun(blobs, entry.ref)).leaves) {
        signal?.throwIfAborted();
        await collect(findings, leaf.blob.key, async () => {
          for (const record of await leaves.read(leaf))
            await checkFile(repository, { record, seen, findings });
        });
        report({ type: 'progress', task: 'Checking packages', done: seen.size, total });
      }
    });
  }
  return (
    seen.size +
    (await checkCompanions(repository, { tail, findings }, signal === undefined ? {} : { signal }))
  );
}

/** Files beside the packages. Gives how many there are. */
async function checkCompanions(
  repository: Repository,
  { tail, findings }: Check,
  call: CallOptions,
): Promise<number> {
  const { catalog } = tail.content;
  const format = formatByName(catalog.settings.format);
  let checked = 0;
  await collect(findings, 'packages of the newest revision', async () => {
    for await (const one of companionsBetween(repository, {
      format,
      before: undefined,
      after: catalog,
      ...call,
    })) {
      checked += 1;
      if (await hasCompanion(repository, one, call)) continue;
      const { name, version, architecture } = one.record;
      findings.push({
        area: 'package',
        path: one.companion.path,
        problem: `is missing or is not what belongs to ${name} ${version} ${architecture}`,
        remedy: 'Run `pakhus repair`.',
      });
    }
  });
  return checked;
}

async function collect(findings: Finding[], path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT')) throw error;
    findings.push({ area: 'blob', path, problem: error.message, remedy: FROM_BACKUP });
  }
}

async function checkFile(
  repository: Repository,
  at: { readonly record: PackageRecord; readonly seen: Set<string>; readonly findings: Finding[] },
): Promise<void> {
  const { record, seen, findings } = at;
  if (seen.has(record.path)) return;
  seen.add(record.path);
  if (await holds(repository.tree, record)) return;
  findings.push({
    area: 'package',
    path: record.path,
    problem: `is missing or has other bytes than ${record.name} ${record.version} ${record.architecture}`,
    remedy: 'Publish the same package file again; it is put back.',
  });
}
