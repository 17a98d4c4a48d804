/** Turning open intents into the next revision. */
import type { BlobRef } from '../catalog/blobs.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import { asCommitter, checkCommitter, requireSigner } from './committers.ts';
import { type BadIntent, type Intent, readOpenIntents, removeSettled } from './intents.ts';
import type { Ledger } from './ledger.ts';
import { type Revision, readRecord, readTail } from './log.ts';
import {
  type Committer,
  type GonePointer,
  type Manifest,
  type PointerEntry,
  writeManifest,
} from './manifest.ts';
import { readPublished } from './published.ts';
import { type LedgerRecord, recordKey, type Settlement } from './record.ts';
import { addSettled, readSettled, type SettledIntent } from './settled.ts';
import { encodeSigned, type LineSigner } from './signed-lines.ts';

/** Clients compare whole seconds, so two revisions are never signed within one. */
const STEP_MS = 1000;
/** A tail dated further ahead of the clock than this is refused; clients refuse it too. */
const FUTURE_LIMIT_MS = 10_000;
/** Times that other writers may win before this one gives up. */
const ATTEMPTS = 100;
/** Spread of writers that lost, so that one of them can take the intents of all. */
const JITTER_MS = 300;

export interface PrepareInput {
  /** Undefined for revision 1. */
  readonly base: Revision | undefined;
  readonly intents: readonly Intent[];
  readonly rev: number;
  /** The date to sign, milliseconds since 1970, a whole second. */
  readonly signedAtMs: number;
  readonly signal?: AbortSignal;
}

/** The next revision, everything but the record written. */
export interface Prepared {
  readonly content: unknown;
  readonly committers: readonly Committer[];
  readonly pointers: readonly PointerEntry[];
  readonly files: BlobRef | null;
  /** One for every intent that was given. */
  readonly settled: readonly Settlement[];
  /** One line for the log. */
  readonly message: string;
}

export type Prepare = (input: PrepareInput) => Promise<Prepared>;

export interface CommitOptions extends CallOptions {
  readonly prepare: Prepare;
  /** References of intents; ends as soon as these are settled, by whomever. Empty: when no intent is open. */
  readonly waitFor: readonly string[];
  /** Told when the one-second rule makes it wait. */
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
  const { signal, waitFor } = options;
  const call: CallOptions = signal === undefined ? {} : { signal };
  const signer = requireSigner(ledger);
  let foundNothingAt: number | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tail = await readTail(ledger, call);
    const known =
      tail === undefined ? new Map<string, SettledIntent>() : await readSettled(ledger, tail.manifest, call);
    if (waitFor.length > 0 && waitFor.every((ref) => known.has(ref))) {
      // Whoever made the repository a moment earlier does not know this key.
      if (waitFor.some((ref) => known.get(ref)?.rejected !== undefined)) checkCommitter(ledger, signer, tail);
      return { tail, settled: pick(known, waitFor) };
    }
    const wait = waitMs(ledger, tail);
    if (wait > 0) {
      options.onWait?.(wait);
      await ledger.clock.sleep(wait + (attempt === 0 ? 0 : jitter(ledger)), signal);
      continue;
    }
    checkCommitter(ledger, signer, tail);
    const open = await readOpenIntents(ledger, {
      committers: tail?.manifest.committers ?? [asCommitter(ledger, signer)],
      ...call,
    });
    const intents = open.intents.filter((one) => !known.has(one.ref));
    const bad = open.bad.filter((one) => !known.has(one.ref));
    await removeSettled(
      ledger,
      [...open.intents, ...open.bad].filter((one) => known.has(one.ref)),
      call,
    );
    if (intents.length + bad.length === 0) {
      if (waitFor.length === 0) return { tail, settled: new Map() };
      // Settled by somebody between the look at the log and the look at the inbox: then the log has grown.
      const rev = tail?.signed.record.rev ?? 0;
      if (foundNothingAt === rev) throw vanished(ledger, waitFor);
      foundNothingAt = rev;
      continue;
    }
    await commitOnce(ledger, { tail, intents, bad, signer, prepare: options.prepare }, call);
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
  readonly signer: LineSigner;
  readonly prepare: Prepare;
}

async function commitOnce(ledger: Ledger, attempt: Attempt, call: CallOptions): Promise<void> {
  const { tail, intents, bad, signer } = attempt;
  const rev = (tail?.signed.record.rev ?? 0) + 1;
  const nowMs = ledger.clock.now();
  const signedAtMs = Math.floor(nowMs / STEP_MS) * STEP_MS;
  const prepared = await attempt.prepare({ base: tail, intents, rev, signedAtMs, ...call });
  const settled = [...prepared.settled, ...bad.map(({ ref, reason }) => ({ ref, rejected: reason }))];
  const pointers = prepared.pointers;
  const manifest = await writeManifest(
    ledger.blobs,
    {
      committers: prepared.committers,
      pointers,
      gone: gonePointers(tail?.manifest, pointers, rev),
      settled: await addSettled(ledger, tail?.manifest.settled ?? [], {
        settled: settled.map((one) => ({ ...one, rev })),
        nowMs,
        ...call,
      }),
      content: prepared.content,
    },
    call,
  );
  const record: LedgerRecord = {
    repository: ledger.repository,
    rev,
    nonce: Buffer.from(ledger.randomBytes(16)).toString('hex'),
    parent: tail?.digest ?? null,
    manifest,
    files: prepared.files,
    signedAtMs,
    author: ledger.author,
    message: prepared.message,
    settled,
    published: (await readPublished(ledger, call))?.rev ?? 0,
  };
  await ledger.settle(call);
  if (await createRecord(ledger, { record, signer }, call)) {
    await removeSettled(ledger, [...intents, ...bad], call);
  }
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

/** Creates the record; true when it is ours. Any answer but a clear success is decided by reading back. */
async function createRecord(
  ledger: Ledger,
  { record, signer }: { readonly record: LedgerRecord; readonly signer: LineSigner },
  call: CallOptions,
): Promise<boolean> {
  const bytes = encodeSigned(record, signer);
  try {
    await ledger.state.write(recordKey(record.rev), bytes, {
      ...call,
      ifAbsent: true,
      durable: true,
      contentType: 'application/json',
    });
    return true;
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
    const found = await readBack(ledger, record.rev, call);
    if (found !== undefined) return found === record.nonce;
    if (hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE')) return false;
    throw error;
  }
}

async function readBack(ledger: Ledger, rev: number, call: CallOptions): Promise<string | undefined> {
  try {
    return (await readRecord(ledger, rev, call)).signed.record.nonce;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

function waitMs(ledger: Ledger, tail: Revision | undefined): number {
  if (tail === undefined) return 0;
  const now = ledger.clock.now();
  const previous = tail.signed.record.signedAtMs;
  if (previous - now > FUTURE_LIMIT_MS) {
    const [dated, clock] = [previous, now].map((ms) => new Date(ms).toISOString());
    throw new PakhusError(
      'LEDGER_FUTURE',
      `revision ${tail.signed.record.rev} is dated ${dated}, the clock here says ${clock}`,
      {
        hint: 'Set the clock of this machine, or of the one that published last, and try again.',
      },
    );
  }
  return Math.max(0, previous + STEP_MS - now);
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
