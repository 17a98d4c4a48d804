/** Writing a prepared revision: its manifest, then its record, which is the commit. */
import type { BlobRef } from '../catalog/blobs.ts';
import { sha256Hex } from '../core/digest.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import { requireCommitter } from './committers.ts';
import type { Ledger } from './ledger.ts';
import { type Revision, readRecord } from './log.ts';
import { type Manifest, writeManifest } from './manifest.ts';
import { type LedgerRecord, parseRecord, recordKey, type Settlement } from './record.ts';
import { encodeSigned } from './signed-lines.ts';

/** Clients compare whole seconds, so two revisions are never signed within one. */
const STEP_MS = 1000;
/** A tail dated further ahead of the store's clock than this is refused; clients refuse it too. */
const FUTURE_LIMIT_MS = 10_000;

/** A revision to be written on top of `tail`. */
export interface NewRevision {
  /** Undefined for revision 1. */
  readonly tail: Revision | undefined;
  readonly manifest: Manifest;
  readonly files: BlobRef | null;
  readonly signedAtMs: number;
  readonly message: string;
  readonly settled: readonly Settlement[];
}

/** How long the next revision has to wait for its second. @throws LEDGER_FUTURE */
export function waitBeforeNext(ledger: Ledger, tail: Revision | undefined): number {
  if (tail === undefined) return 0;
  const now = ledger.time.now();
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

/**
 * The date that a revision prepared now gets: milliseconds since 1970, a whole second. Its second was waited for; a clock that was set
 * back since does not take that back.
 */
export function dateOfNext(ledger: Ledger, tail: Revision | undefined): number {
  const now = Math.floor(ledger.time.now() / STEP_MS) * STEP_MS;
  return tail === undefined ? now : Math.max(now, tail.signed.record.signedAtMs + STEP_MS);
}

/** Writes the revision; undefined when somebody else's came first. Everything that it names is stored, or being stored. */
export async function writeRevision(
  ledger: Ledger,
  revision: NewRevision,
  call: CallOptions = {},
): Promise<Revision | undefined> {
  const { tail, files, signedAtMs, message, settled } = revision;
  const signer = requireCommitter(ledger, tail);
  const record: LedgerRecord = {
    repository: ledger.repository,
    rev: (tail?.signed.record.rev ?? 0) + 1,
    nonce: Buffer.from(ledger.randomBytes(16)).toString('hex'),
    parent: tail?.digest ?? null,
    manifest: await writeManifest(ledger.blobs, revision.manifest, call),
    committers: revision.manifest.committers,
    files,
    signedAtMs,
    author: ledger.author,
    message,
    settled,
    published: tail?.published?.rev ?? 0,
  };
  await ledger.settle(call);
  const bytes = encodeSigned(record, signer);
  if (!(await createRecord(ledger, { record, bytes }, call))) return undefined;
  const signed = parseRecord(bytes, { rev: record.rev, name: ledger.state.name });
  return { signed, digest: sha256Hex(bytes), manifest: revision.manifest, published: tail?.published };
}

/**
 * Commits another manifest on top of `tail`, without any intent: what collection needs. Waits for its second.
 * Undefined when somebody else's revision came first. @throws KEY_NOT_FOUND, LEDGER_FUTURE, STORE_*
 */
export async function commitManifest(
  ledger: Ledger,
  change: { readonly tail: Revision; readonly manifest: Manifest; readonly message: string },
  call: CallOptions = {},
): Promise<Revision | undefined> {
  const { tail, manifest, message } = change;
  const wait = waitBeforeNext(ledger, tail);
  if (wait > 0) await ledger.clock.sleep(wait, call.signal);
  return writeRevision(
    ledger,
    { tail, manifest, files: null, signedAtMs: dateOfNext(ledger, tail), message, settled: [] },
    call,
  );
}

/** Creates the record; true when it is ours. Any answer but a clear success is decided by reading back. */
async function createRecord(
  ledger: Ledger,
  { record, bytes }: { readonly record: LedgerRecord; readonly bytes: Uint8Array },
  call: CallOptions,
): Promise<boolean> {
  try {
    await ledger.state.write(recordKey(record.rev), bytes, {
      ...call,
      ifAbsent: true,
      durable: true,
      contentType: 'application/json',
    });
    // Without create-if-absent a success proves nothing.
    if (ledger.state.capabilities.createIfAbsent) return true;
    return (await readBack(ledger, record.rev, call)) === record.nonce;
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
