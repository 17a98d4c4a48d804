/** Opening a revision to look at it. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readTail } from '../ledger/log.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type ReadRevision, readContent } from './change/content.ts';
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

/** The newest revision as somebody sees it who may read the log, and maybe nothing else of the state. */
export interface TailView {
  readonly tail: ReadRevision | undefined;
  /** False: this process may not read whether there is a revision and what it says. */
  readonly isReadable: boolean;
}

/** Like {@link findTail}, for those who may only propose. @throws LEDGER_*, STORE_* but STORE_PERMISSION */
export async function viewTail(repository: Repository, options: CallOptions = {}): Promise<TailView> {
  try {
    return { tail: await findTail(repository, options), isReadable: true };
  } catch (error) {
    if (!hasCode(error, 'STORE_PERMISSION')) throw error;
    return { tail: undefined, isReadable: false };
  }
}
