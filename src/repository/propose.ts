/** Proposing a change: somebody else commits it. Needs no key, and touches nothing but an inbox folder. */
import { PakhusError } from '../core/pakhus-error.ts';
import { committerFolder } from '../ledger/inbox.ts';
import { FUTURE_LIMIT_MS, INTENT_LIFETIME_MS, writeIntent } from '../ledger/intents.ts';
import { ledgerKeyId } from '../signing/ledger-key.ts';
import type { Action } from './actions.ts';
import type { Change, Changed } from './change.ts';
import { checkProposal } from './proposal-rules.ts';
import { viewTail } from './read-repository.ts';
import type { Proposing, Repository, UseCaseOptions } from './repository.ts';
import { rejected } from './terms.ts';

/** The inbox folder to propose in. @throws CLI_USAGE when neither a name nor a committer's key says who proposes */
export function inboxFolder({ ledger }: Repository, { as }: Proposing): string {
  if (as !== undefined) return as;
  if (ledger.signer !== undefined) return committerFolder(ledger.author);
  throw new PakhusError('CLI_USAGE', 'nothing says who proposes', {
    hint: "Name a proposer of pakhus.yaml with --as NAME or PAKHUS_PROPOSER. Without a name, a committer's ledger key has to be here.",
  });
}

/**
 * What a committer would refuse is refused at once, as far as this process may read the repository.
 * @throws INTENT_REJECTED, REPOSITORY_NOT_FOUND
 */
export async function checkOwnProposal(
  repository: Repository,
  actions: readonly Action[],
  { propose, signal }: UseCaseOptions & { readonly propose: Proposing },
): Promise<void> {
  const { tail } = await viewTail(repository, signal === undefined ? {} : { signal });
  if (tail === undefined) return;
  const { committers, proposers } = tail.revision.manifest;
  const who = inboxFolder(repository, propose);
  const keyId = repository.ledger.signer?.keyId;
  const isCommitter = committers.some((one) => one.keyId === keyId);
  const proposer = isCommitter ? undefined : proposers.find(({ name }) => name === who);
  if (!isCommitter && proposer === undefined) {
    throw rejected(
      `'${who}' is no proposer of ${repository.name}`,
      "Ask a committer to list it under 'proposers:' in pakhus.yaml and to run `pakhus apply`.",
    );
  }
  if (proposer?.publicKey !== undefined && ledgerKeyId(proposer.publicKey) !== keyId) {
    throw new PakhusError('KEY_NOT_FOUND', `the ledger key of the proposer '${who}' is not here`, {
      hint: 'Set PAKHUS_LEDGER_KEY_FILE to it.',
      details: { proposer: who, key: ledgerKeyId(proposer.publicKey) },
    });
  }
  const { settings } = tail.content.catalog;
  const terms = { settings, signers: tail.content.signers, committers, proposers };
  checkProposal(proposer, actions, { repository: repository.name, terms });
}

/** Writes the proposal; its files, if any, lie in its folder. @throws INTENT_REJECTED, CLI_USAGE, STORE_* */
export async function proposeChange(
  repository: Repository,
  { id = repository.newId(), actions, message }: Change,
  options: UseCaseOptions & { readonly propose: Proposing },
): Promise<Changed> {
  const { ledger } = repository;
  const who = inboxFolder(repository, options.propose);
  await checkOwnProposal(repository, actions, options);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const proposal = await writeIntent(ledger, { id, who, message, actions, signer: ledger.signer }, call);
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
