/** What was proposed and is not settled yet. */
import { ulidTime } from '../../core/ulid.ts';
import { INTENT_LIFETIME_MS, readOpenIntents } from '../../ledger/intents.ts';
import { settledIntents } from '../../ledger/settled.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { ReadRevision } from '../change/content.ts';
import type { Repository } from '../repository.ts';

export interface OpenProposal {
  /** `<who>/<ulid>`: what `pakhus wait` takes. */
  readonly proposal: string;
  readonly who: string;
  /** By its id, milliseconds since 1970. */
  readonly proposedMs: number;
  /** From then on it can no longer be committed. */
  readonly expiresMs: number;
  /** What it is for, in its own words; undefined when it cannot be read. */
  readonly message: string | undefined;
  /** Why it will be refused, as far as that is known before its files are read. */
  readonly problem: string | undefined;
}

/** Oldest first. @throws LEDGER_CORRUPT, STORE_* */
export async function readOpenProposals(
  { ledger }: Repository,
  { revision }: ReadRevision,
  call: CallOptions,
): Promise<readonly OpenProposal[]> {
  const { intents, bad } = await readOpenIntents(ledger, {
    speakers: revision.manifest,
    settled: settledIntents(ledger, revision.manifest, call),
    ...call,
  });
  const all = [
    ...intents.map(({ id, who, ref, message }) => ({ id, who, ref, message, problem: undefined })),
    ...bad.map(({ id, who, ref, reason }) => ({ id, who, ref, message: undefined, problem: reason })),
  ];
  return all
    .map(({ id, who, ref, message, problem }): OpenProposal => {
      const proposedMs = ulidTime(id) ?? 0;
      return { proposal: ref, who, proposedMs, expiresMs: proposedMs + INTENT_LIFETIME_MS, message, problem };
    })
    .sort((a, b) => a.proposedMs - b.proposedMs);
}
