/** Waiting for the outcome of a proposal: by the log, `published` and the inbox, so that no key and no blob is needed. */
import type { Clock } from '../../core/clock.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { isUlid, ulidTime } from '../../core/ulid.ts';
import { findSettlement } from '../../ledger/find-settlement.ts';
import { intentKey } from '../../ledger/inbox.ts';
import { INTENT_LIFETIME_MS } from '../../ledger/intents.ts';
import { readPublished } from '../../ledger/published.ts';
import type { SettledIntent } from '../../ledger/settled.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { createPatience } from './transient.ts';

const POLL_MS = 2000;

/** How a proposal stands. */
export interface ProposalOutcome {
  /** `<who>/<ulid>` */
  readonly proposal: string;
  readonly repository: string;
  /** `committed`: done, and clients do not see it yet. `expired`: nobody committed it in time, and nobody will. */
  readonly outcome: 'published' | 'committed' | 'rejected' | 'expired' | 'open';
  /** The revision that settled it. */
  readonly rev: number | undefined;
  /** Why it was refused. */
  readonly reason: string | undefined;
}

/** Who made a proposal, and its id. */
interface Proposal {
  readonly who: string;
  readonly id: string;
}

/** @throws CLI_USAGE */
export function parseProposal(text: string): Proposal {
  const [who = '', id = '', ...rest] = text.split('/');
  if (who !== '' && isUlid(id) && rest.length === 0) return { who, id };
  throw new PakhusError('CLI_USAGE', `'${text}' is no proposal`, {
    hint: 'A proposal is a name and an id, NAME/ID, as `pakhus publish --propose-only` prints it.',
  });
}

/**
 * Waits until clients see what was proposed, or it is refused; at most `timeoutMs`.
 * @param repositories Where it may be; the proposal says only who made it.
 * @throws INTENT_NOT_FOUND when it is neither open nor settled in any of them, LEDGER_*, STORE_*
 */
export async function waitForProposal(
  repositories: readonly Repository[],
  work: { readonly proposal: Proposal; readonly timeoutMs: number; readonly clock: Clock },
  { report, signal }: UseCaseOptions,
): Promise<ProposalOutcome> {
  const { proposal, timeoutMs, clock } = work;
  const call = signal === undefined ? {} : { signal };
  const looks = repositories.map((repository) => createLook(repository, proposal, call));
  const lookInAll = async (): Promise<ProposalOutcome> => {
    const found: ProposalOutcome[] = [];
    for (const look of looks) found.push(...(await look()));
    const best = found.find(({ outcome }) => outcome !== 'open') ?? found[0];
    if (best === undefined) throw unknown(repositories, proposal);
    return best;
  };
  const patiently = createPatience(report);
  const endMs = clock.now() + timeoutMs;
  for (;;) {
    const leftMs = endMs - clock.now();
    const answer = leftMs > 0 ? await patiently(lookInAll) : { value: await lookInAll() };
    const isOver = answer !== undefined && !['open', 'committed'].includes(answer.value.outcome);
    if (answer !== undefined && (isOver || leftMs <= 0)) return answer.value;
    report({ type: 'progress', task: `Waiting for ${proposal.who}/${proposal.id}` });
    await clock.sleep(Math.min(POLL_MS, leftMs), signal);
  }
}

/** Looks at one repository, each time only at what is new. Gives nothing when the proposal is not there. */
function createLook(
  { name, ledger }: Repository,
  { who, id }: Proposal,
  call: CallOptions,
): () => Promise<readonly ProposalOutcome[]> {
  const proposal = `${who}/${id}`;
  let settled: SettledIntent | undefined;
  let seen = 0;
  return async () => {
    // Before the log: it leaves the inbox only after a record has settled it.
    const isThere = settled === undefined && (await isInInbox({ name, ledger }, { who, id }, call));
    if (settled === undefined) {
      const search = await findSettlement(ledger, { ref: proposal, seen, ...call });
      settled = search.settled;
      seen = search.rev;
    }
    const common = { proposal, repository: name, rev: settled?.rev, reason: settled?.rejected };
    if (settled?.rejected !== undefined) return [{ ...common, outcome: 'rejected' }];
    if (settled !== undefined) {
      const published = (await readPublished(ledger, call))?.rev ?? 0;
      return [{ ...common, outcome: published >= settled.rev ? 'published' : 'committed' }];
    }
    if (!isThere) return [];
    const isExpired = ledger.time.now() - (ulidTime(id) ?? 0) > INTENT_LIFETIME_MS;
    return [
      isExpired
        ? { ...common, outcome: 'expired', reason: 'expired after 7 days' }
        : { ...common, outcome: 'open' },
    ];
  };
}

/** Who may not look there is told that it is: the log will say how it ended. */
async function isInInbox(
  { ledger }: Pick<Repository, 'name' | 'ledger'>,
  proposal: Proposal,
  call: CallOptions,
): Promise<boolean> {
  try {
    await ledger.state.stat(intentKey(proposal), call);
    return true;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
    if (hasCode(error, 'STORE_PERMISSION')) return true;
    throw error;
  }
}

function unknown(repositories: readonly Repository[], { who, id }: Proposal): PakhusError {
  const names = repositories.map(({ name }) => name);
  return new PakhusError(
    'INTENT_NOT_FOUND',
    names.length === 0
      ? `${who}/${id}: there is no repository to look for it in`
      : `${who}/${id} is neither open nor settled in ${names.join(', ')}`,
    {
      hint: 'Compare it with what was printed when it was proposed. It may also have been withdrawn, or lie in another store: see --store.',
      details: { proposal: `${who}/${id}`, repositories: names },
    },
  );
}
