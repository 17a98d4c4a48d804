/** One attempt at the next revision: prepared, and committed unless another one came first. */
import type { BlobRef } from '../catalog/blobs.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Claim } from './claim.ts';
import type { InboxEntry } from './inbox.ts';
import type { BadIntent, Intent } from './intents.ts';
import type { Ledger } from './ledger.ts';
import type { Revision } from './log.ts';
import type { LookAtRest } from './look-around.ts';
import type { Committer, GonePointer, Manifest, PointerEntry, Proposer, Sweep } from './manifest.ts';
import type { Settlement } from './record.ts';
import { addSettled } from './settled.ts';
import { awaitSweeper, readSweepKeys, sweepEndsIn } from './sweep.ts';
import { dateOfNext, writeRevision } from './write-revision.ts';
import { firstWriter } from './writer.ts';

export interface PrepareInput {
  /** Undefined for revision 1. */
  readonly base: Revision | undefined;
  readonly intents: readonly Intent[];
  readonly rev: number;
  /** The date to sign, milliseconds since 1970, a whole second. */
  readonly signedAtMs: number;
  /** Paths below the public folder that are being deleted: the revision must not name one that `base` does not. */
  readonly swept: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/** The next revision, everything but the record written. */
export interface Prepared {
  readonly content: unknown;
  readonly committers: readonly Committer[];
  readonly proposers: readonly Proposer[];
  readonly pointers: readonly PointerEntry[];
  readonly files: BlobRef | null;
  /** For the intents that were given; one that is left out stays open, because it needs what is being deleted. */
  readonly settled: readonly Settlement[];
  /** One line for the log. */
  readonly message: string;
}

/** Undefined: nothing can be done until the sweep is over. */
export type Prepare = (input: PrepareInput) => Promise<Prepared | undefined>;

export interface Attempt {
  readonly tail: Revision | undefined;
  readonly intents: readonly Intent[];
  readonly bad: readonly BadIntent[];
  /** Settled before, and there all the same. */
  readonly left: readonly InboxEntry[];
  readonly there: LookAtRest['there'];
  /** The claim on the next revision, where it was made beforehand. */
  readonly held: Claim | undefined;
  readonly prepare: Prepare;
}

/** `lost`: somebody else's revision came first. `sweeping`: nothing could be prepared because of a sweep. */
export async function makeRevision(
  ledger: Ledger,
  attempt: Attempt,
  call: CallOptions,
): Promise<{ readonly revision: Revision; readonly settled: readonly Settlement[] } | 'lost' | 'sweeping'> {
  const { tail, intents, bad } = attempt;
  const rev = revAfter(tail);
  const nowMs = ledger.time.now();
  const signedAtMs = dateOfNext(ledger, tail);
  const { sweep, swept } = await sweepOf(ledger, tail, call);
  const prepared = await attempt.prepare({ base: tail, intents, rev, signedAtMs, swept, ...call });
  if (prepared === undefined) return 'sweeping';
  const settled = [...prepared.settled, ...bad.map(({ ref, reason }) => ({ ref, rejected: reason }))];
  const { committers, proposers, pointers, content, files, message } = prepared;
  const manifest: Manifest = {
    committers,
    proposers,
    pointers,
    gone: gonePointers(tail?.manifest, pointers, rev),
    settled: await addSettled(ledger, tail?.manifest.settled ?? [], {
      settled: settled.map((one) => ({ ...one, rev })),
      left: new Set(attempt.left.map(({ ref }) => ref)),
      nowMs,
      ...call,
    }),
    sweep,
    writer: tail === undefined ? firstWriter(ledger) : tail.manifest.writer,
    wholeFrom: tail?.manifest.wholeFrom ?? 1,
    content,
  };
  await attempt.there;
  const revision = await writeRevision(ledger, { tail, manifest, files, signedAtMs, message, settled }, call);
  return revision === undefined ? 'lost' : { revision, settled };
}

/** The sweep that goes on, and what it deletes; one whose time is over ends here. */
async function sweepOf(
  ledger: Ledger,
  tail: Revision | undefined,
  call: CallOptions,
): Promise<{ readonly sweep: Sweep | null; readonly swept: ReadonlySet<string> }> {
  const sweep = tail?.manifest.sweep ?? null;
  if (sweep === null) return { sweep, swept: new Set() };
  if (sweepEndsIn(ledger, sweep) > 0)
    return { sweep, swept: new Set((await readSweepKeys(ledger, sweep, call)).tree) };
  await awaitSweeper(ledger, call);
  return { sweep: null, swept: new Set() };
}

/** The number of the next revision. */
export function revAfter(tail: Revision | undefined): number {
  return (tail?.signed.record.rev ?? 0) + 1;
}

/** Names that `base` published or remembered, without those that `pointers` publish. */
function gonePointers(
  base: Manifest | undefined,
  pointers: readonly PointerEntry[],
  rev: number,
): readonly GonePointer[] {
  if (base === undefined) return [];
  const current = new Set(pointers.map((one) => one.path));
  const before = [...base.gone, ...base.pointers.map(({ path }) => ({ path, since: rev }))];
  return before.filter((one) => !current.has(one.path));
}
