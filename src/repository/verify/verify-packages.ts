/** Every package of the newest revision: its run, its leaf, its file. */
import { createLeafStore } from '../../catalog/leaf-store.ts';
import { readRun } from '../../catalog/run.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import { formatByName } from '../../formats/table.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { companionsBetween, hasCompanion } from '../change/companions.ts';
import type { ReadRevision } from '../change/content.ts';
import { singleSigner } from '../keys/signers.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { type Check, type Finding, FROM_BACKUP } from './verify-finding.ts';
import { checkPackage, type PackageSigning } from './verify-package.ts';

/** Gives how many files were read, and how many signatures over packages were checked. */
export async function checkPackages(
  repository: Repository,
  { tail, findings }: Check,
  { report, signal }: UseCaseOptions,
): Promise<{ readonly packages: number; readonly signatures: number }> {
  const { blobs } = repository.ledger;
  const signing = signingOf(tail.content);
  const leaves = createLeafStore(blobs);
  const seen = new Set<string>();
  const total = tail.content.catalog.runs.reduce((sum, run) => sum + run.packages, 0);
  for (const entry of tail.content.catalog.runs) {
    await collect(findings, entry.ref.key, async () => {
      for (const leaf of (await readRun(blobs, entry.ref)).leaves) {
        signal?.throwIfAborted();
        await collect(findings, leaf.blob.key, async () => {
          for (const record of await leaves.read(leaf)) {
            if (seen.has(record.path)) continue;
            seen.add(record.path);
            const finding = await checkPackage(repository, record, signing);
            if (finding !== undefined) findings.push(finding);
          }
        });
        report({ type: 'progress', task: 'Checking packages', done: seen.size, total });
      }
    });
  }
  const call = signal === undefined ? {} : { signal };
  const companions = await checkCompanions(repository, { tail, findings }, call);
  return { packages: seen.size + companions, signatures: signing === undefined ? 0 : seen.size };
}

function signingOf({ catalog, signers }: ReadRevision['content']): PackageSigning | undefined {
  const { packageSignatures: rules } = formatByName(catalog.settings.format);
  const signer = singleSigner(signers);
  return rules === undefined || signer === undefined ? undefined : { rules, signer };
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
