/**
 * Comparing the store with the ledger, down to every byte: the chain of records, blobs, package files, indexes, pointers and
 * signatures. Reads only.
 */
import { hasCode, type PakhusError } from '../../core/pakhus-error.ts';
import { walkLog } from '../../ledger/log.ts';
import { readManifest } from '../../ledger/manifest.ts';
import { stalePointers } from '../../ledger/publish.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { ReadRevision } from '../change/content.ts';
import { isCollected } from '../history/collected.ts';
import { holds } from '../ingest/store-package.ts';
import { checkPages } from '../pages/check-pages.ts';
import { findTail, openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { checkBlobs } from './verify-blobs.ts';
import { type Check, type Finding, FROM_BACKUP } from './verify-finding.ts';
import { checkPackages } from './verify-packages.ts';
import { checkSignatures } from './verify-signatures.ts';

export interface Verification {
  /** The newest revision; null when it cannot be read. */
  readonly rev: number | null;
  readonly checked: {
    readonly records: number;
    readonly packages: number;
    readonly indexes: number;
    readonly pointers: number;
    readonly pages: number;
    readonly signatures: number;
    readonly blobs: number;
  };
  readonly findings: readonly Finding[];
}

/** Damage that does not end the check: everything that can be read is read. @throws REPOSITORY_NOT_FOUND, STORE_* */
export async function verifyRepository(
  repository: Repository,
  options: UseCaseOptions,
): Promise<Verification> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const tail = await findOut(() => openTail(repository, call));
  if ('finding' in tail) {
    const checked = { records: 0, packages: 0, indexes: 0, pointers: 0, pages: 0, signatures: 0, blobs: 0 };
    return { rev: null, checked, findings: [tail.finding] };
  }
  return verifyRevision(repository, tail.value, options);
}

async function verifyRevision(
  repository: Repository,
  tail: ReadRevision,
  options: UseCaseOptions,
): Promise<Verification> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const { rev } = tail.revision.signed.record;
  const findings: Finding[] = [];
  const check: Check = { tail, findings };
  const records = await checkLog(repository, check, options);
  const { packages, signatures: ofPackages } = await checkPackages(repository, check, options);
  const indexes = await checkIndexes(repository, check, call);
  const signatures = ofPackages + (await checkSignatures(repository, check));
  const pointers = await checkPointers(repository, check, call);
  const pages = await checkAllPages(repository, check, call);
  const blobs = await checkBlobs(repository, check, call);
  return { rev, checked: { records, packages, indexes, pointers, pages, signatures, blobs }, findings };
}

/** A value, or what keeps the newest revision from being read. */
async function findOut<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly finding: Finding }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_TRUNCATED', 'LEDGER_UNTRUSTED')) throw error;
    return { finding: asFinding(error) };
  }
}

function asFinding({ message, hint, details }: PakhusError): Finding {
  const key = details['key'];
  const isBlob = typeof key === 'string' && key.startsWith('blob/');
  return {
    area: isBlob ? 'blob' : 'log',
    path: isBlob ? key : 'newest revision',
    problem: message,
    remedy: isBlob ? FROM_BACKUP : (hint ?? FROM_BACKUP),
  };
}

/** Gives how many records were read before the first that is not to be believed. */
async function checkLog(
  repository: Repository,
  { tail, findings }: Check,
  { report, signal }: UseCaseOptions,
): Promise<number> {
  const call = signal === undefined ? {} : { signal };
  const total = tail.revision.signed.record.rev;
  let checked = 0;
  try {
    for await (const { signed } of walkLog(repository.ledger, total, call)) {
      await checkManifest(repository, { tail, record: signed.record }, call);
      checked += 1;
      report({ type: 'progress', task: 'Checking the log', done: checked, total });
    }
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_UNTRUSTED', 'STORE_OBJECT_NOT_FOUND')) throw error;
    const path = `revision ${checked + 1}`;
    findings.push({ area: 'log', path, problem: error.message, remedy: FROM_BACKUP });
  }
  return checked;
}

/** @throws LEDGER_CORRUPT */
async function checkManifest(
  repository: Repository,
  { tail, record }: { readonly tail: ReadRevision; readonly record: LedgerRecord },
  call: CallOptions,
): Promise<void> {
  if (isCollected(tail, record.rev)) return;
  try {
    await readManifest(repository.ledger.blobs, record, call);
  } catch (error) {
    // Collected meanwhile: the newest revision says so before anything goes.
    const now = await findTail(repository, call);
    if (now === undefined || !isCollected(now, record.rev)) throw error;
  }
}

/** Gives how many files were read. */
async function checkIndexes(
  repository: Repository,
  { tail, findings }: Check,
  call: CallOptions,
): Promise<number> {
  const files = tail.content.catalog.channels.flatMap(({ indexes }) =>
    indexes.flatMap((index) => index.files),
  );
  let checked = 0;
  for (const { from, sizeBytes, sha256 } of files) {
    if (from === undefined) continue;
    checked += 1;
    const [storage, path] =
      'tree' in from ? [repository.tree, from.tree] : [repository.ledger.state, from.blob];
    if (await holds(storage, { path, sizeBytes, sha256 }, call)) continue;
    findings.push({
      area: 'index',
      path,
      problem: 'is missing or has other bytes than the ledger says',
      remedy: 'Run `pakhus repair`.',
    });
  }
  return checked;
}

/** Gives how many there are. */
async function checkPointers(
  repository: Repository,
  { tail, findings }: Check,
  call: CallOptions,
): Promise<number> {
  for (const path of await stalePointers(repository.ledger, tail.revision, call)) {
    findings.push({
      area: 'pointer',
      path,
      problem: 'is missing or not what the newest revision says',
      remedy: 'Run `pakhus repair`.',
    });
  }
  return tail.revision.manifest.pointers.length;
}

/** Gives how many files were read. */
async function checkAllPages(
  repository: Repository,
  { tail, findings }: Check,
  call: CallOptions,
): Promise<number> {
  const result = await findOut(() => checkPages(repository, tail.content, call));
  // What keeps pages from being made was found with the packages.
  if ('finding' in result) return 0;
  const { checked, damaged } = result.value;
  for (const { path } of damaged) {
    findings.push({
      area: 'page',
      path,
      problem: 'is missing or has other bytes than it was made with',
      remedy: 'Run `pakhus repair`.',
    });
  }
  return checked;
}
