/** Turning open intents into the next revision. */
import type { BlobRef } from '../catalog/blobs.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import { awaitClaim, withClaim } from './claim.ts';
import { asCommitter, checkCommitter, requireSigner } from './committers.ts';
import { findSettlement } from './find-settlement.ts';
import { type InboxEntry, removeIntents } from './inbox.ts';
import { type BadIntent, type Intent, readOpenIntents } from './intents.ts';
import { learnStoreTime } from './learn-time.ts';
import type { Ledger } from './ledger.ts';
import { newestRev, type Revision, readTail, truncated } from './log.ts';
import type { Committer, GonePointer, Manifest, PointerEntry, Proposer, Sweep } from './manifest.ts';
import { newestSince } from './pointers.ts';
import type { Settlement } from './record.ts';
import { addSettled, readSettled, type SettledIntent } from './settled.ts';
import { awaitSweeper, readSweepKeys, sweepEndsIn } from './sweep.ts';
import { dateOfNext, waitBeforeNext, writeRevision } from './write-revision.ts';
import { checkWriter, firstWriter } from './writer.ts';

/** Times that other writers may win before this one gives up. */
const ATTEMPTS = 100;
/** Spread of writers that lost, so that one of them can take the intents of all. */
const JITTER_MS = 300;
/** How often to look whether a sweep is over. */
const SWEEP_POLL_MS = 10_000;

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

export interface CommitOptions extends CallOptions {
  readonly prepare: Prepare;
  /** References of intents; ends as soon as these are settled, by whomever. Empty: when no intent is open. */
  readonly waitFor: readonly string[];
  /** Told when it waits: for the next second, for somebody who prepares already, for the end of a sweep. */
  readonly onWait?: (ms: number) => void;
}

export interface CommitOutcome {
  /** The newest revision; undefined when there is none and nothing was proposed. */
  readonly tail: Revision | undefined;
  /** How each intent of `waitFor` ended. */
  readonly settled: ReadonlyMap<string, SettledIntent>;
}

/** Commits until nothing that matters is open. Does not publish. @throws LEDGER_*, KEY_NOT_FOUND, STORE_* */
export async function commitIntents(ledger: Ledger, options: CommitOptions): Promise<CommitOutcome> {
  const { signal, waitFor, onWait } = options;
  const call: CallOptions = signal === undefined ? {} : { signal };
  const signer = requireSigner(ledger);
  const pause = async (ms: number): Promise<void> => {
    onWait?.(ms);
    await ledger.clock.sleep(ms, signal);
  };
  let foundNothingAt: number | undefined;
  await learnStoreTime(ledger, call);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tail = await readTail(ledger, call);
    const known =
      tail === undefined ? new Map<string, SettledIntent>() : await readSettled(ledger, tail.manifest, call);
    if (waitFor.length > 0 && waitFor.every((ref) => known.has(ref))) {
      // Whoever made the repository a moment earlier does not know this key.
      if (waitFor.some((ref) => known.get(ref)?.rejected !== undefined)) checkCommitter(ledger, signer, tail);
      return { tail, settled: pick(known, waitFor) };
    }
    const wait = waitBeforeNext(ledger, tail);
    if (wait > 0) {
      await pause(wait + (attempt === 0 ? 0 : jitter(ledger)));
      continue;
    }
    checkCommitter(ledger, signer, tail);
    checkWriter(ledger, tail);
    await checkWhole(ledger, tail, call);
    const { intents, bad, left } = await readOpenIntents(ledger, {
      speakers: tail?.manifest ?? { committers: [asCommitter(ledger, signer)], proposers: [] },
      settled: known,
      ...call,
    });
    await removeIntents(ledger, left, call);
    if (intents.length + bad.length === 0) {
      if (waitFor.length === 0) return { tail, settled: new Map() };
      // Settled by somebody between the look at the log and the look at the inbox: then the log has grown.
      const rev = tail?.signed.record.rev ?? 0;
      if (foundNothingAt === rev) return findForgotten(ledger, { tail, waitFor }, call);
      foundNothingAt = rev;
      continue;
    }
    if ((await awaitClaim(ledger, revAfter(tail), call)) && (await isOvertaken(ledger, tail, call))) continue;
    // Somebody may have set the clock back since.
    if (waitBeforeNext(ledger, tail) > 0) continue;
    const attempted = { tail, intents, bad, left, prepare: options.prepare };
    const done = await commitOnce(ledger, attempted, call).catch(async (error: unknown) => {
      // On top of a revision that is the newest no more, an error says nothing: what it names may be collected, proposals settled.
      if (!(error instanceof PakhusError) || !(await isOvertaken(ledger, tail, call))) throw error;
      return true;
    });
    if (!done) await pause(SWEEP_POLL_MS);
  }
  throw new PakhusError(
    'LEDGER_CONFLICT',
    `${ledger.state.name}: other writers won ${ATTEMPTS} times in a row`,
    {
      hint: 'Nothing is lost: the change stays proposed. Run the command again.',
    },
  );
}

interface Attempt {
  readonly tail: Revision | undefined;
  readonly intents: readonly Intent[];
  readonly bad: readonly BadIntent[];
  /** Settled before, and there all the same. */
  readonly left: readonly InboxEntry[];
  readonly prepare: Prepare;
}

/** False when nothing could be prepared because of a sweep. */
async function commitOnce(ledger: Ledger, attempt: Attempt, call: CallOptions): Promise<boolean> {
  const { tail, intents, bad } = attempt;
  const rev = revAfter(tail);
  const nowMs = ledger.time.now();
  const signedAtMs = dateOfNext(ledger);
  const { sweep, swept } = await sweepOf(ledger, tail, call);
  const prepared = await withClaim(
    ledger,
    rev,
    () => attempt.prepare({ base: tail, intents, rev, signedAtMs, swept, ...call }),
    call,
  );
  if (prepared === undefined) return false;
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
  if (await writeRevision(ledger, { tail, manifest, files, signedAtMs, message, settled }, call)) {
    // After a power cut the record is there, or the intents still are.
    await ledger.settle(call);
    const refs = new Set(settled.map(({ ref }) => ref));
    await removeIntents(
      ledger,
      [...intents, ...bad].filter(({ ref }) => refs.has(ref)),
      call,
    );
  }
  return true;
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

/** Pointers in a bucket remember which revision wrote them, also when somebody cut the log and `published`. @throws LEDGER_TRUNCATED */
async function checkWhole(ledger: Ledger, tail: Revision | undefined, call: CallOptions): Promise<void> {
  const { exclusive, metadata } = ledger.tree.capabilities;
  if (tail === undefined || exclusive || !metadata) return;
  const since = await newestSince(ledger, tail.manifest.pointers, call);
  // Whoever committed since has published already, perhaps.
  if (since > tail.signed.record.rev && since > (await newestRev(ledger, call)))
    throw truncated(ledger, since);
}

async function isOvertaken(ledger: Ledger, tail: Revision | undefined, call: CallOptions): Promise<boolean> {
  return (await readTail(ledger, call))?.signed.record.rev !== tail?.signed.record.rev;
}

function revAfter(tail: Revision | undefined): number {
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

function jitter(ledger: Ledger): number {
  return Math.floor(((ledger.randomBytes(1)[0] ?? 0) / 256) * JITTER_MS);
}
