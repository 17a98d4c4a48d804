import { callOf } from '../../catalog/call-of.ts';
import { awaitSweeper, sweepEndsIn } from '../../ledger/sweep.ts';
import type { ReadRevision } from '../change/content.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';

/** How often to look whether somebody else's sweep is over. */
const POLL_MS = 10_000;

/** The newest revision, once nobody deletes any more. @throws REPOSITORY_NOT_FOUND, LEDGER_*, STORE_* */
export async function awaitOthers(
  repository: Repository,
  { report, signal }: UseCaseOptions,
): Promise<ReadRevision> {
  const { ledger } = repository;
  const call = callOf({ signal });
  for (;;) {
    const tail = await openTail(repository, call);
    const { sweep } = tail.revision.manifest;
    if (sweep === null) return tail;
    const wait = sweepEndsIn(ledger, sweep);
    if (wait === 0) {
      await awaitSweeper(ledger, call);
      return tail;
    }
    report({ type: 'progress', task: 'Waiting until another collection is over' });
    await ledger.clock.sleep(Math.min(wait, POLL_MS), signal);
  }
}
