/** When a repository was made: does somebody without credentials read its state? Told once; `pakhus doctor` tells it again. */
import { callOf } from '../../catalog/call-of.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { checkState } from './check-state.ts';
import type { StateSite } from './site.ts';

/** All of it ends after this. */
const DEADLINE_MS = 5000;

/** Never fails: an answer that does not come tells nothing. */
export async function warnOfState(
  repository: Repository,
  sites: readonly StateSite[],
  { report, signal }: UseCaseOptions,
): Promise<void> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const call = callOf({ signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) });
  try {
    for (const site of sites) {
      const [finding] = await checkState({ repository, site, call });
      if (finding === undefined) continue;
      const { code, url, harm, remedy } = finding;
      report({
        type: 'warning',
        code,
        message: `anybody can read the ledger of ${repository.name}: ${url}`,
        hint: `${harm}\n${remedy} In a bucket, \`pakhus store create\` does it; \`pakhus store check\` looks again.`,
      });
      return;
    }
  } catch (error) {
    if (!call.signal?.aborted) throw error;
  }
}
