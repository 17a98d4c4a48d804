/** Proposing a change: somebody else commits it. Needs no key, and touches nothing but an inbox folder. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { checkCommitter } from '../../ledger/committers.ts';
import { committerFolder } from '../../ledger/inbox.ts';
import { FUTURE_LIMIT_MS, INTENT_LIFETIME_MS, writeIntent } from '../../ledger/intents.ts';
import type { LineSigner } from '../../ledger/signed-lines.ts';
import { ledgerKeyId } from '../../signing/ledger-key.ts';
import { encodeActions } from '../change/action-codec.ts';
import type { Action } from '../change/actions.ts';
import type { Change, Changed } from '../change/change.ts';
import { type ReadRevision, termsOf } from '../change/content.ts';
import { rejected } from '../change/terms.ts';
import { viewTail } from '../read-repository.ts';
import type { Proposing, Repository, UseCaseOptions } from '../repository.ts';
import { checkProposal } from './proposal-rules.ts';

/** Whose word a proposal is. */
export interface Speaker {
  /** The inbox folder. */
  readonly who: string;
  readonly signer: LineSigner | undefined;
}

/**
 * Who proposes. What a committer would refuse is refused at once, as far as this process may read the repository (`tail`).
 * @throws CLI_USAGE when neither a name nor a committer's key says who proposes, KEY_NOT_FOUND, INTENT_REJECTED
 */
export function findSpeaker(
  repository: Repository,
  { actions, tail }: { readonly actions: readonly Action[]; readonly tail: ReadRevision | undefined },
  { propose: { as } }: UseCaseOptions & { readonly propose: Proposing },
): Speaker {
  const { signer, author } = repository.ledger;
  if (tail === undefined && as !== undefined) return { who: as, signer };
  if (as === undefined) {
    if (signer === undefined) throw nameless();
    checkCommitter(repository.ledger, signer, tail?.revision);
    checkProposal(undefined, actions, { repository: repository.name, terms: undefined });
    return { who: committerFolder(author), signer };
  }
  const terms = tail && termsOf(tail.revision, tail.content);
  const proposer = terms?.proposers.find(({ name }) => name === as);
  if (proposer === undefined) throw unlisted(repository, as);
  const { publicKey } = proposer;
  const isOwn = publicKey !== undefined && signer?.keyId === ledgerKeyId(publicKey);
  if (publicKey !== undefined && !isOwn) throw keyless(proposer.name, ledgerKeyId(publicKey));
  checkProposal(proposer, actions, { repository: repository.name, terms });
  return { who: as, signer: isOwn ? signer : undefined };
}

function nameless(): PakhusError {
  return new PakhusError('CLI_USAGE', 'nothing says who proposes', {
    hint: "Name a proposer of pakhus.yaml with --as NAME or PAKHUS_PROPOSER. Without a name, a committer's ledger key has to be here.",
  });
}

function unlisted({ name }: Repository, who: string): PakhusError {
  return rejected(
    `'${who}' is no proposer of ${name}`,
    "Ask a committer to list it under 'proposers:' in pakhus.yaml and to run `pakhus apply`.",
  );
}

function keyless(who: string, keyId: string): PakhusError {
  return new PakhusError('KEY_NOT_FOUND', `the ledger key of the proposer '${who}' is not here`, {
    hint: 'Set PAKHUS_LEDGER_KEY_FILE to it.',
    details: { proposer: who, key: keyId },
  });
}

/** Writes the proposal; its files, if any, lie in its folder. @throws as {@link findSpeaker}, STORE_* */
export async function proposeChange(
  repository: Repository,
  { id = repository.newId(), actions, message, ...change }: Change,
  options: UseCaseOptions & { readonly propose: Proposing },
): Promise<Changed> {
  const { ledger } = repository;
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const { who, signer } =
    change.speaker ??
    findSpeaker(repository, { actions, tail: (await viewTail(repository, call)).tail }, options);
  // Files that lie there already survive a power cut before anything names them.
  await ledger.settle(call);
  const intent = { id, who, message, actions: encodeActions(actions), signer };
  const proposal = await writeIntent(ledger, intent, call);
  await ledger.settle(call);
  const aheadMs = ledger.clock.now() - ledger.time.now();
  if (aheadMs > FUTURE_LIMIT_MS || aheadMs < -INTENT_LIFETIME_MS) {
    const [own, theirs] = [ledger.clock.now(), ledger.time.now()].map((ms) => new Date(ms).toISOString());
    throw rejected(
      `${proposal} will be refused: the clock of this machine says ${own}, the store says ${theirs}`,
      'Set the clock, then propose again.',
    );
  }
  return { rev: undefined, publishedRev: undefined, waitedMs: 0, proposal };
}
