/** Making the newest revision visible: to the store, and to caches in front of it. */
import { callOf } from '../../catalog/call-of.ts';
import { type PublishOptions, type PublishReport, publishTail } from '../../ledger/publish.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';

/** What was just found out about it. */
export type Newest = Pick<PublishOptions, 'known' | 'there'>;

/** Needs no key. What caches do not take is a warning. @throws LEDGER_*, STORE_* */
export async function publishNewest(
  repository: Repository,
  { known, there, ...options }: UseCaseOptions & Newest,
): Promise<PublishReport> {
  const published = await publishTail(repository.ledger, { known, there, ...callOf(options) });
  if (repository.purge !== undefined && published.written.length > 0) {
    // Loaded late: most repositories have no cache in front.
    const { purgeWritten } = await import('../purge/purge.ts');
    await purgeWritten(repository, published, options);
  }
  return published;
}
