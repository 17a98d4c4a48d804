/** What a committer has to know besides the newest revision. All of it is asked for at once: each answer may take a while. */
import { callOf } from '../catalog/call-of.ts';
import { quietly } from '../core/quietly.ts';
import type { CallOptions } from '../storage/storage.ts';
import { newestSlot } from './claim.ts';
import { asCommitter, requireSigner } from './committers.ts';
import { type OpenIntents, readOpenIntents } from './intents.ts';
import type { Ledger } from './ledger.ts';
import { newestRev, type Revision, readTail, truncated } from './log.ts';
import { lookAtPointers, newestSince, type PointersThere } from './pointers.ts';
import { type SettledIntents, settledIntents } from './settled.ts';

/** What was found, on top of `tail`. */
export interface Look {
  readonly tail: Revision | undefined;
  readonly settled: SettledIntents;
  /** Undefined where it is not time for the next revision yet. */
  readonly rest: Promise<LookAtRest> | undefined;
}

export interface LookAtRest {
  readonly open: OpenIntents;
  /** The newest claim on the next revision. */
  readonly claim: string | undefined;
  /** In a bucket: the pointers, which do not name a revision that the log lacks. May come later than the rest. */
  readonly there: Promise<PointersThere | undefined>;
}

export interface LookOptions extends CallOptions {
  /** The newest revision a moment ago; most often it still is. */
  readonly known: Revision | undefined;
  /** The pointers a moment ago, when nobody but this process has committed since. */
  readonly there: LookAtRest['there'] | undefined;
  /** Whether the revision after `tail` can be dated. */
  readonly isTime: (tail: Revision | undefined) => boolean;
}

/**
 * Looks at the log, and at the rest as soon as the next revision can be dated: beside the log when that has probably not grown.
 * @throws LEDGER_*, STORE_*
 */
export async function lookAround(
  ledger: Ledger,
  { known, isTime, there, ...call }: LookOptions,
): Promise<Look> {
  const look = (tail: Revision | undefined): Promise<LookAtRest> | undefined =>
    isTime(tail) ? quietly(lookAtRest(ledger, { tail, there }, call)) : undefined;
  const early = known && look(known);
  const tail = await readTail(ledger, { known, ...call });
  const settled = settledIntents(ledger, tail?.manifest, call);
  return { tail, settled, rest: (tail === known ? early : undefined) ?? look(tail) };
}

async function lookAtRest(
  ledger: Ledger,
  { tail, ...before }: { readonly tail: Revision | undefined; readonly there: LookOptions['there'] },
  call: CallOptions,
): Promise<LookAtRest> {
  const there = before.there ?? quietly(lookAtWhole(ledger, tail, call));
  const rev = (tail?.signed.record.rev ?? 0) + 1;
  const speakers = tail?.manifest ?? {
    committers: [asCommitter(ledger, requireSigner(ledger))],
    proposers: [],
  };
  const settled = settledIntents(ledger, tail?.manifest, call);
  const [open, claim] = await Promise.all([
    readOpenIntents(ledger, { speakers, settled, ...callOf(call) }),
    newestSlot(ledger, rev, call),
  ]);
  return { open, claim, there };
}

/** Pointers in a bucket remember which revision wrote them, also when somebody cut the log and `published`. @throws LEDGER_TRUNCATED */
async function lookAtWhole(
  ledger: Ledger,
  tail: Revision | undefined,
  call: CallOptions,
): Promise<PointersThere | undefined> {
  const { exclusive, metadata } = ledger.tree.capabilities;
  if (tail === undefined || exclusive || !metadata) return undefined;
  const there = await lookAtPointers(ledger, tail, call);
  const since = newestSince(there);
  // Whoever committed since has published already, perhaps.
  if (since > tail.signed.record.rev && since > (await newestRev(ledger, { known: tail, ...call })))
    throw truncated(ledger, since);
  return there;
}
