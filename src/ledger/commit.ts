/** Turning open intents into the next revision. */
import { PakhusError } from '../core/pakhus-error.ts';
import { quietly } from '../core/quietly.ts';
import type { CallOptions } from '../storage/storage.ts';
import { awaitClaim, claimTurn, withClaim } from './claim.ts';
import { checkCommitter, requireSigner } from './committers.ts';
import { findSettlement } from './find-settlement.ts';
import { removeIntents } from './inbox.ts';
import { learnStoreTime } from './learn-time.ts';
import type { Ledger } from './ledger.ts';
import { newestRev, type Revision } from './log.ts';
import { type LookAtRest, lookAround } from './look-around.ts';
import { type Attempt, makeRevision, type Prepare, revAfter } from './make-revision.ts';
import type { PointersThere } from './pointers.ts';
import type { SettledIntent, SettledIntents } from './settled.ts';
import { waitBeforeNext } from './write-revision.ts';
import { checkWriter } from './writer.ts';

/** Times that other writers may win before this one gives up. */
const ATTEMPTS = 100;
/** Spread of writers that lost, so that one of them can take the intents of all. */
const JITTER_MS = 300;
/** How often to look whether a sweep is over. */
const SWEEP_POLL_MS = 10_000;

export interface CommitOptions extends CallOptions {
  readonly prepare: Prepare;
  /** References of intents; ends as soon as these are settled, by whomever. Empty: when no intent is open. */
  readonly waitFor: readonly string[];
  /** The newest revision a moment ago, where it was just read. */
  readonly known?: Revision | undefined;
  /** Told when it waits: for the next second, for somebody who prepares already, for the end of a sweep. */
  readonly onWait?: (ms: number) => void;
}

export interface CommitOutcome {
  /** The newest revision; undefined when there is none and nothing was proposed. */
  readonly tail: Revision | undefined;
  /** How each intent of `waitFor` ended. */
  readonly settled: ReadonlyMap<string, SettledIntent>;
  /** In a bucket, the pointers that lay there before the commit, where they were looked at. */
  readonly there?: PointersThere | undefined;
  /** What was settled is being deleted from the inbox, which need not keep the revision from being published. */
  readonly tidied?: Promise<void>;
}

/** Commits until nothing that matters is open. Does not publish. @throws LEDGER_*, KEY_NOT_FOUND, STORE_* */
export async function commitIntents(ledger: Ledger, options: CommitOptions): Promise<CommitOutcome> {
  const { signal, waitFor, onWait, prepare } = options;
  const call: CallOptions = signal === undefined ? {} : { signal };
  const signer = requireSigner(ledger);
  const pause = async (ms: number): Promise<void> => {
    onWait?.(ms);
    await ledger.clock.sleep(ms, signal);
  };
  const isTime = (tail: Revision | undefined): boolean => waitBeforeNext(ledger, tail) === 0;
  let { known } = options;
  let own: LookAtRest['there'] | undefined;
  let foundNothingAt: number | undefined;
  await learnStoreTime(ledger, call);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const look = await lookAround(ledger, { known, there: own, isTime, ...call });
    const { tail } = look;
    if (tail !== known) own = undefined;
    known = tail;
    const settled = waitFor.length === 0 ? undefined : await findAll(look.settled, waitFor);
    if (settled !== undefined) {
      // Whoever made the repository a moment earlier does not know this key.
      if ([...settled.values()].some(({ rejected }) => rejected !== undefined))
        checkCommitter(ledger, signer, tail);
      return { tail, settled };
    }
    if (look.rest === undefined) {
      await pause(waitBeforeNext(ledger, tail) + (attempt === 0 ? 0 : jitter(ledger)));
      continue;
    }
    checkCommitter(ledger, signer, tail);
    checkWriter(ledger, tail);
    const { open, claim, there } = await look.rest;
    const { intents, bad, left } = open;
    await removeIntents(ledger, left, call);
    if (intents.length + bad.length === 0) {
      if (waitFor.length === 0) return { tail, settled: new Map(), there: await there };
      // Settled by somebody between the look at the log and the look at the inbox: then the log has grown.
      const rev = tail?.signed.record.rev ?? 0;
      if (foundNothingAt === rev) return findForgotten(ledger, { tail, waitFor }, call);
      foundNothingAt = rev;
      continue;
    }
    if (claim !== undefined) {
      await awaitClaim(ledger, { rev: revAfter(tail), slot: claim }, call);
      if (await isOvertaken(ledger, tail, call)) continue;
    }
    // Somebody may have set the clock back since.
    if (!isTime(tail)) continue;
    // Where others have something open as well, they are about to do the same work.
    const isCrowded = intents.length + bad.length > Math.max(1, waitFor.length);
    const held = isCrowded ? await claimTurn(ledger, { rev: revAfter(tail), after: claim }, call) : undefined;
    if (isCrowded && held === undefined) continue;
    const attempted = { tail, intents, bad, left, there, held, prepare };
    const done = await commitOnce(ledger, attempted, call).catch(async (error: unknown) => {
      // On top of a revision that is the newest no more, an error says nothing: what it names may be collected, proposals settled.
      if (!(error instanceof PakhusError) || !(await isOvertaken(ledger, tail, call))) throw error;
      return 'lost' as const;
    });
    if (done === 'sweeping') await pause(SWEEP_POLL_MS);
    else if (done !== 'lost') {
      known = done.revision;
      own = there;
      const wanted = pick(done.settled, waitFor);
      if (waitFor.length > 0 && wanted.size === waitFor.length)
        return { tail: known, settled: wanted, there: await there, tidied: done.tidied };
      await done.tidied;
    }
  }
  throw new PakhusError(
    'LEDGER_CONFLICT',
    `${ledger.state.name}: other writers won ${ATTEMPTS} times in a row`,
    {
      hint: 'Nothing is lost: the change stays proposed. Run the command again.',
    },
  );
}

interface Committed {
  readonly revision: Revision;
  readonly settled: ReadonlyMap<string, SettledIntent>;
  readonly tidied: Promise<void>;
}

/** `lost`: somebody else's revision came first. `sweeping`: nothing could be prepared because of a sweep. */
async function commitOnce(
  ledger: Ledger,
  attempt: Attempt,
  call: CallOptions,
): Promise<Committed | 'lost' | 'sweeping'> {
  const { tail, intents, bad, held } = attempt;
  const rev = revAfter(tail);
  const made = await withClaim(ledger, { rev, held }, () => makeRevision(ledger, attempt, call), call);
  if (made === 'lost' || made === 'sweeping') return made;
  // After a power cut the record is there, or the intents still are.
  await ledger.settle(call);
  const done = new Map(made.settled.map((one) => [one.ref, { ...one, rev }]));
  const removable = [...intents, ...bad].filter(({ ref }) => done.has(ref));
  const tidied = quietly(removeIntents(ledger, removable, call));
  return { revision: made.revision, settled: done, tidied };
}

async function isOvertaken(ledger: Ledger, tail: Revision | undefined, call: CallOptions): Promise<boolean> {
  return (await newestRev(ledger, { known: tail, ...call })) !== (tail?.signed.record.rev ?? 0);
}

/** Intents that are neither open nor remembered: whoever slept for a week finds in the log what became of them. */
async function findForgotten(
  ledger: Ledger,
  { tail, waitFor }: { readonly tail: Revision | undefined; readonly waitFor: readonly string[] },
  call: CallOptions,
): Promise<CommitOutcome> {
  const found = new Map<string, SettledIntent>();
  for (const ref of waitFor) {
    const { settled } = await findSettlement(ledger, { ref, seen: 0, ...call });
    if (settled === undefined) throw vanished(ledger, waitFor);
    found.set(ref, settled);
  }
  return { tail, settled: found };
}

function vanished(ledger: Ledger, refs: readonly string[]): PakhusError {
  return new PakhusError(
    'INTENT_REJECTED',
    `${ledger.state.name}: somebody deleted the proposal ${refs.join(', ')} before it was committed`,
    { hint: 'Nothing was changed. Run the command again.', details: { intents: refs } },
  );
}

function pick(
  known: ReadonlyMap<string, SettledIntent>,
  refs: readonly string[],
): ReadonlyMap<string, SettledIntent> {
  return new Map(
    refs.flatMap((ref) => {
      const one = known.get(ref);
      return one === undefined ? [] : [[ref, one] as const];
    }),
  );
}

/** How all of `refs` ended; undefined when one of them is not settled. */
async function findAll(
  settled: SettledIntents,
  refs: readonly string[],
): Promise<ReadonlyMap<string, SettledIntent> | undefined> {
  const found = new Map<string, SettledIntent>();
  for (const ref of refs) {
    const one = await settled.find(ref);
    if (one === undefined) return undefined;
    found.set(ref, one);
  }
  return found;
}

function jitter(ledger: Ledger): number {
  return Math.floor(((ledger.randomBytes(1)[0] ?? 0) / 256) * JITTER_MS);
}
