/** Walking the log back as far as revisions are kept, and on to those that are pinned. */
import { mapInOrder } from '../../catalog/map-in-order.ts';
import { sha256Hex } from '../../core/digest.ts';
import { quietly } from '../../core/quietly.ts';
import type { FoundRecord } from '../../ledger/log.ts';
import { readManifest } from '../../ledger/manifest.ts';
import { walkBack } from '../../ledger/walk-back.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { type ReadRevision, readContent } from '../change/content.ts';
import type { Repository } from '../repository.ts';
import type { NamedBy } from './classify.ts';
import { isBrief, keptFrom, type RetentionRules, type RevisionFacts } from './retention.ts';

/** A revision that keeps what it names. */
export interface KeptRevision extends ReadRevision {
  readonly reason: NamedBy;
  /** Its index files are not kept: see `isBrief`. */
  readonly brief: boolean;
}

/** Revisions that are read ahead. The last of them may turn out not to be kept. */
const AHEAD = 8;

export interface Walk extends CallOptions {
  readonly tail: ReadRevision;
  readonly rules: RetentionRules;
  /** When each record was stored, by its revision. */
  readonly storedMs: ReadonlyMap<number, number>;
  /** Told of each revision that is read ahead. */
  readonly onRead: (read: ReadRevision) => void;
}

/** Visits kept revisions, the newest first. Gives the first one that is kept for its age. @throws LEDGER_*, STORE_* */
export async function visitKept(
  { ledger }: Repository,
  { tail, rules, storedMs, onRead, ...call }: Walk,
  visit: (kept: KeptRevision) => Promise<void>,
): Promise<number> {
  const pinned = new Set(tail.content.pins.map((pin) => pin.rev));
  const facts: RevisionFacts[] = [];
  let from = 1;
  const work = async (found: FoundRecord) => {
    const { rev } = found.signed.record;
    const reading = rev >= from || pinned.has(rev) ? quietly(readKept(found)) : undefined;
    return { found, rev, reading };
  };
  const past = walkBack(ledger, tail.revision, call);
  for await (const { found, rev, reading } of mapInOrder(past, { limit: AHEAD, signal: call.signal, work })) {
    const isPinned = pinned.delete(rev);
    if (rev >= from) {
      const kept = await (reading ?? readKept(found));
      const own = factsOf(kept, storedMs);
      const brief = !isPinned && isBrief(own, facts, rules);
      await visit({ ...kept, reason: facts.length === 0 ? 'current' : 'grace', brief });
      facts.push(own);
      from = keptFrom(facts, rules);
    } else if (isPinned)
      await visit({ ...(await (reading ?? readKept(found))), reason: 'pinned', brief: false });
    if (rev <= from && pinned.size === 0) break;
  }
  return from;

  async function readKept(found: FoundRecord): Promise<ReadRevision> {
    const manifest = await readManifest(ledger.blobs, found.signed.record, call);
    const revision = { ...found, manifest };
    const read = { revision, content: readContent(revision) };
    onRead(read);
    return read;
  }
}

function factsOf({ revision, content }: ReadRevision, storedMs: ReadonlyMap<number, number>): RevisionFacts {
  const { rev, signedAtMs, published } = revision.signed.record;
  const stored = storedMs.get(rev) ?? Number.POSITIVE_INFINITY;
  const runs = content.catalog.runs.map(({ ref, ...run }) => ({ ...run, ref: ref.sha256 }));
  const holds = sha256Hex(JSON.stringify(runs));
  return { rev, signedAtMs, published, storedMs: Math.max(signedAtMs, stored), holds };
}
