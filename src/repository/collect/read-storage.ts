/** What lies in a store, for whoever wants to know where its room goes. */
import { callOf } from '../../catalog/call-of.ts';
import { hasCode } from '../../core/pakhus-error.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { graceOf } from './grace.ts';
import { surveyRepository } from './survey.ts';
import type { Share } from './tally.ts';

/** By reason and kind. Null, and a warning, when the ledger is damaged. @throws REPOSITORY_NOT_FOUND, LEDGER_*, STORE_* */
export async function readStorage(
  repository: Repository,
  options: UseCaseOptions,
): Promise<readonly Share[] | null> {
  const tail = await openTail(repository, callOf(options));
  try {
    const graceMs = graceOf(tail.content.catalog.settings);
    return (await surveyRepository(repository, { tail, graceMs }, options)).shares;
  } catch (error) {
    if (!hasCode(error, 'LEDGER_CORRUPT')) throw error;
    const { code, message, hint } = error;
    options.report({ type: 'warning', code, message, ...(hint !== undefined && { hint }) });
    return null;
  }
}
