/** How a repository stands. */

import { formatByName } from '../formats/table.ts';
import { unpublishedPointers } from '../ledger/publish.ts';
import { readPublicKey } from '../signing/openpgp-key.ts';
import { checkSigningKey } from '../signing/openpgp-policy.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { PublicSigner } from './change/actions.ts';
import type { Pin } from './history/pins.ts';
import { kindOf } from './keys/keys.ts';
import { type OpenProposal, readOpenProposals } from './proposals/open-proposals.ts';
import { findTail } from './read-repository.ts';
import type { Repository } from './repository.ts';

export interface ChannelStatus {
  readonly name: string;
  /** When its index was signed last. */
  readonly dateMs: number;
  /** When clients refuse it unless it is signed again; undefined: never. */
  readonly validUntilMs: number | undefined;
  readonly components: readonly { readonly name: string; readonly packages: number }[];
}

export interface SignerStatus {
  readonly fingerprint: string;
  /** Where it is in a rotation. */
  readonly stage: PublicSigner['stage'];
  /** Undefined: never. */
  readonly expiresMs: number | undefined;
  /** What its owner should do something about: it expires within 90 days, clients refuse it… */
  readonly warnings: readonly string[];
}

export interface RepositoryStatus {
  readonly name: string;
  readonly format: string;
  /** Where it lies. */
  readonly tree: string;
  readonly url: string | undefined;
  /** The newest revision and the one that clients see. */
  readonly rev: number;
  readonly publishedRev: number;
  readonly dateMs: number;
  readonly author: string;
  readonly channels: readonly ChannelStatus[];
  readonly signers: readonly SignerStatus[];
  readonly pins: readonly Pin[];
  /** Pointers that are missing or differ; `pakhus repair` writes them. */
  readonly stale: readonly string[];
  /** Proposals that nobody committed yet. */
  readonly openIntents: number;
  /** When the oldest of them was made. */
  readonly openSinceMs: number | undefined;
  readonly proposals: readonly OpenProposal[];
}

/** Undefined when nothing was published yet. @throws LEDGER_*, STORE_* */
export async function readStatus(
  repository: Repository,
  options: CallOptions = {},
): Promise<RepositoryStatus | undefined> {
  const tail = await findTail(repository, options);
  if (tail === undefined) return undefined;
  const { revision, content } = tail;
  const { catalog } = content;
  const { rev, signedAtMs, author } = revision.signed.record;
  const proposals = await readOpenProposals(repository, tail, options);
  return {
    name: repository.name,
    format: catalog.settings.format,
    tree: repository.tree.name,
    url: repository.url,
    rev,
    publishedRev: revision.published?.rev ?? 0,
    dateMs: signedAtMs,
    author,
    channels: catalog.channels.map(({ name, dateMs }) => ({
      name,
      dateMs,
      validUntilMs: formatByName(catalog.settings.format).validUntil?.(catalog.settings, {
        channel: name,
        dateMs,
      }),
      components: catalog.settings.components.map((component) => ({
        name: component,
        packages: catalog.runs
          .filter((run) => run.channel === name && run.component === component)
          .reduce((sum, run) => sum + run.packages, 0),
      })),
    })),
    signers: await Promise.all(content.signers.map((one) => signerStatus(one, repository.ledger.time.now()))),
    pins: content.pins,
    stale: await unpublishedPointers(repository.ledger, revision, options),
    openIntents: proposals.length,
    openSinceMs: proposals[0]?.proposedMs,
    proposals,
  };
}

async function signerStatus(
  { fingerprint, publicKey, stage }: PublicSigner,
  nowMs: number,
): Promise<SignerStatus> {
  if (kindOf(publicKey) === 'usign') return { fingerprint, stage, expiresMs: undefined, warnings: [] };
  const { info } = await readPublicKey(publicKey, { origin: `signing key ${fingerprint}` });
  const { refused, warnings } = checkSigningKey(info, nowMs);
  const lints = refused === undefined ? warnings : [refused];
  return {
    fingerprint,
    stage,
    expiresMs: info.expires?.getTime(),
    warnings: lints.map(({ message }) => message),
  };
}
