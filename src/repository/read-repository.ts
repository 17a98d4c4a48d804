/** Opening a revision to look at it. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readRevision, readTail } from '../ledger/log.ts';
import type { CallOptions } from '../storage/storage.ts';
import { collectedRevision, isCollected } from './collected.ts';
import { type ReadRevision, readContent } from './content.ts';
import type { Repository } from './repository.ts';

/** The newest revision. @throws REPOSITORY_NOT_FOUND when there is none, LEDGER_* */
export async function openTail(repository: Repository, options: CallOptions = {}): Promise<ReadRevision> {
  const found = await findTail(repository, options);
  if (found !== undefined) return found;
  throw new PakhusError(
    'REPOSITORY_NOT_FOUND',
    `${repository.name}: nothing was published here yet (${repository.tree.name})`,
    {
      hint: 'Publish packages with `pakhus publish PATH --init`, or check --store.',
      details: { repository: repository.name },
    },
  );
}

/** The newest revision; undefined when there is none. */
export async function findTail(
  repository: Repository,
  options: CallOptions = {},
): Promise<ReadRevision | undefined> {
  const revision = await readTail(repository.ledger, options);
  return revision === undefined ? undefined : { revision, content: readContent(revision) };
}

/** A revision by its number, with all that it names. @throws REVISION_NOT_FOUND, REVISION_COLLECTED, LEDGER_*, STORE_* */
export async function openRevision(
  repository: Repository,
  rev: number,
  options: CallOptions = {},
): Promise<ReadRevision> {
  const tail = await openTail(repository, options);
  if (rev === tail.revision.signed.record.rev) return tail;
  if (isCollected(tail, rev)) throw collectedRevision(repository, rev);
  try {
    const revision = await readRevision(repository.ledger, rev, options);
    return { revision, content: readContent(revision) };
  } catch (error) {
    if (!hasCode(error, 'STORE_OBJECT_NOT_FOUND')) throw error;
    throw noSuchRevision(repository, rev);
  }
}

/** REVISION_NOT_FOUND. */
export function noSuchRevision({ name }: Repository, rev: number): PakhusError {
  return new PakhusError('REVISION_NOT_FOUND', `${name} has no revision ${rev}`, {
    hint: `\`pakhus log ${name}\` shows what there is.`,
    details: { repository: name, rev },
  });
}
