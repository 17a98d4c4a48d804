/** One revision: who made it, of which proposals, and what it changed. */
import type { CallOptions } from '../../storage/storage.ts';
import type { Filter } from '../change/actions.ts';
import { openTail } from '../read-repository.ts';
import type { Repository } from '../repository.ts';
import { isCollected } from './collected.ts';
import { compareRevisions, type Difference } from './diff-revisions.ts';
import { type LogEntry, logEntry } from './history.ts';
import { findRecord, openPast, revisionNumber } from './past-revisions.ts';

export interface RevisionDetails extends LogEntry {
  /** What the committers' list calls the key that signed it. */
  readonly keyName: string;
  /** References of the proposals that were done. */
  readonly proposals: readonly string[];
  /** From the revision before; null: one of the two was collected. */
  readonly difference: Difference | null;
}

/** `revision`: a number or the name of a pin; undefined: the newest. @throws REPOSITORY_NOT_FOUND, REVISION_NOT_FOUND, LEDGER_* */
export async function readRevisionDetails(
  repository: Repository,
  {
    revision,
    where,
    ...call
  }: CallOptions & { readonly revision: string | undefined; readonly where: Filter },
): Promise<RevisionDetails> {
  const tail = await openTail(repository, call);
  const rev =
    revision === undefined ? tail.revision.signed.record.rev : revisionNumber(repository, tail, revision);
  const found = await findRecord(repository, tail, { rev, ...call });
  const { keyId, record } = found.signed;
  const isKnown = !isCollected(tail, rev) && !isCollected(tail, rev - 1);
  const [before, after] = isKnown
    ? await Promise.all([
        rev === 1 ? undefined : openPast(repository, tail, { rev: rev - 1, ...call }),
        openPast(repository, tail, { rev, ...call }),
      ])
    : [];
  return {
    ...logEntry(found, tail.content.pins),
    keyName: record.committers.find((one) => one.keyId === keyId)?.name ?? keyId,
    proposals: record.settled.flatMap(({ ref, rejected }) => (rejected === undefined ? ref : [])),
    difference:
      after === undefined ? null : await compareRevisions(repository, { before, after, where, ...call }),
  };
}
