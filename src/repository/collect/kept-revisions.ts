/** Walking the log back as far as revisions are kept, and on to those that are pinned. */
import type { FoundRecord } from '../../ledger/log.ts';
import { readManifest } from '../../ledger/manifest.ts';
import { walkBack } from '../../ledger/walk-back.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type ReadRevision, readContent } from '../content.ts';
import type { Repository } from '../repository.ts';
import type { NamedBy } from './classify.ts';
import { isBrief, keptFrom, type RetentionRules, type RevisionFacts } from './retention.ts';

/** A revision that keeps what it names. */
export interface KeptRevision extends ReadRevision {
  readonly reason: NamedBy;
  /** Its index files are not kept: see `isBrief`. */
  readonly brief: boolean;
}

export interface Walk extends CallOptions {
  readonly tail: ReadRevision;
  readonly rules: RetentionRules;
  /** When each record was stored, by its revision. */
  readonly storedMs: ReadonlyMap<number, number>;
}

/** Visits kept revisions, the newest first. Gives the first one that is kept for its age. @throws LEDGER_*, STORE_* */
export async function visitKept(
  { ledger }: Repository,
  { tail, rules, storedMs, ...call }: Walk,
  visit: (kept: KeptRevision) => Promise<void>,
): Promise<number> {
  const pinned = new Set(tail.content.pins.map((pin) => pin.rev));
  const facts: RevisionFacts[] = [];
  let from = 1;
  for await (const found of walkBack(ledger, tail.revision, call)) {
    const own = factsOf(found, storedMs);
    const brief = isBrief(own, facts, rules);
    facts.push(own);
    from = keptFrom(facts, rules);
    const isYoung = own.rev >= from;
    if (isYoung || pinned.has(own.rev)) {
      const manifest = await readManifest(ledger.blobs, found.signed.record, call);
      const revision = { ...found, manifest };
      const reason = isYoung ? (facts.length === 1 ? 'current' : 'grace') : 'pinned';
      const isPinned = pinned.delete(own.rev);
      await visit({ revision, content: readContent(revision), reason, brief: brief && !isPinned });
    }
    if (own.rev <= from && pinned.size === 0) break;
  }
  return from;
}

function factsOf({ signed }: FoundRecord, storedMs: ReadonlyMap<number, number>): RevisionFacts {
  const { rev, signedAtMs, published, settled } = signed.record;
  const isChange = settled.some((one) => one.rejected === undefined);
  const stored = storedMs.get(rev) ?? Number.POSITIVE_INFINITY;
  return { rev, signedAtMs, published, storedMs: Math.max(signedAtMs, stored), isChange };
}
