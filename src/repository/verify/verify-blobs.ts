/** The state of the newest revision: blobs that only the ledger reads. Runs and leaves are read with the packages. */
import type { PointerEntry } from '../../ledger/manifest.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { holds } from '../ingest/store-package.ts';
import type { Repository } from '../repository.ts';
import { type Check, FROM_BACKUP } from './verify-finding.ts';

/** A blob that should be there. */
interface Named {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly what: string;
  readonly remedy: string;
}

/** Gives how many were read. */
export async function checkBlobs(
  repository: Repository,
  { tail, findings }: Check,
  call: CallOptions,
): Promise<number> {
  const blobs = await namedBlobs(repository, tail, call);
  for (const { key, sizeBytes, sha256, what, remedy } of blobs) {
    call.signal?.throwIfAborted();
    if (await holds(repository.ledger.state, { path: key, sizeBytes, sha256 }, call)) continue;
    findings.push({
      area: 'blob',
      path: key,
      problem: `is missing or is not the ${what} that was written`,
      remedy,
    });
  }
  return blobs.length;
}

async function namedBlobs(
  repository: Repository,
  { revision, content }: Check['tail'],
  call: CallOptions,
): Promise<readonly Named[]> {
  const { manifest, signed } = revision;
  const named: Named[] = manifest.settled.map(({ blob }) => ({
    ...blob,
    what: 'list of settled proposals',
    remedy: FROM_BACKUP,
  }));
  if (signed.record.files !== null)
    named.push({ ...signed.record.files, what: 'list of new files', remedy: FROM_BACKUP });
  for (const { table, path } of content.catalog.channels.flatMap(({ indexes }) => indexes)) {
    const remedy = `Nothing: the next publish that changes ${path} makes a new one.`;
    named.push({ ...table, what: 'table of segments', remedy });
  }
  for (const pointer of manifest.pointers) {
    if (!('blob' in pointer.from)) continue;
    const { sizeBytes, sha256 } = pointer;
    const remedy = await remedyFor(repository, pointer, call);
    named.push({ key: pointer.from.blob, sizeBytes, sha256, what: `copy of ${pointer.path}`, remedy });
  }
  return named;
}

async function remedyFor({ tree }: Repository, pointer: PointerEntry, call: CallOptions): Promise<string> {
  return (await holds(tree, pointer, call))
    ? 'Run `pakhus repair`.'
    : `${FROM_BACKUP} Or publish something else to that channel, which signs it anew.`;
}
