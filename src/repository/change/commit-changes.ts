/** Committing open intents: everything that a commit needs besides the ledger. */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Report } from '../../core/report-event.ts';
import { type CommitOptions, type CommitOutcome, commitIntents } from '../../ledger/commit.ts';
import { createProposedFiles, type ProposedFiles } from '../proposals/proposed-files.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { createPrepare, type PrepareOptions } from './prepare.ts';

/** Commits until all of `waitFor` is settled; without any, until nothing is open. Copies of proposed files are deleted afterwards. */
export async function commitChanges(
  repository: Repository,
  work: Pick<CommitOptions, 'waitFor' | 'known' | 'onWait'> & Pick<PrepareOptions, 'own' | 'passed'>,
  { report, signal }: UseCaseOptions,
): Promise<CommitOutcome> {
  const { own, passed, ...rest } = work;
  const call = signal === undefined ? {} : { signal };
  const proposed = createProposedFiles(repository, call);
  const prepare = createPrepare(repository, { own, passed, proposed, report });
  try {
    return await commitIntents(repository.ledger, { prepare, ...rest, ...call });
  } finally {
    await discard(proposed, report);
  }
}

/** The commit is over, whatever becomes of the copies. */
async function discard(proposed: ProposedFiles, report: Report): Promise<void> {
  try {
    await proposed.discard();
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
    const message = `copies of proposed files are left in the state: ${error.message}`;
    report({ type: 'warning', code: error.code, message });
  }
}
