/** Reading the log: the newest revision, and whether to believe it. */
import { sha256Hex } from '../core/digest.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import { plainName } from './inbox.ts';
import type { Ledger } from './ledger.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { type Published, readPublished } from './published.ts';
import { parseRecord, recordKey, revOfRecord, type SignedRecord } from './record.ts';

/** A record names at most as many intents as one commit takes; 64 MiB is far beyond. */
export const RECORD_LIMIT_BYTES: number = 64 * 1024 * 1024;

/** A record as it stands in the log. */
export interface FoundRecord {
  readonly signed: SignedRecord;
  /** SHA-256 of its object: what the next revision names as its parent. */
  readonly digest: string;
}

/** One revision. */
export interface Revision extends FoundRecord {
  readonly manifest: Manifest;
  /** As it was read before the revision was: a later value may be there. Undefined also where nobody looked. */
  readonly published?: Published | undefined;
}

export interface TailOptions extends CallOptions {
  /** The newest revision a moment ago: it is not read again. */
  readonly known?: Revision | undefined;
}

/** The newest revision, its signature checked; undefined when there is none. @throws LEDGER_* */
export async function readTail(
  ledger: Ledger,
  { known, ...call }: TailOptions = {},
): Promise<Revision | undefined> {
  if (known !== undefined) {
    const newest = await newestFrom(ledger, known.signed.record.rev, call);
    return newest === known.signed.record.rev
      ? known
      : readRevision(ledger, { rev: newest, published: known.published }, call);
  }
  const published = await readPublished(ledger, call);
  // Most often it is the newest, so that one need not wait to hear so.
  const guess = published && readRecord(ledger, published.rev, call);
  guess?.catch(() => undefined);
  const newest = await newestFrom(ledger, published?.rev, call);
  if (newest === 0) return undefined;
  const found = newest === published?.rev ? await guess : undefined;
  return readRevision(ledger, { rev: newest, published, found }, call);
}

/** The number of the newest record; 0 when there is none. @throws LEDGER_TRUNCATED */
export async function newestRev(ledger: Ledger, { known, ...call }: TailOptions = {}): Promise<number> {
  return newestFrom(ledger, known?.signed.record.rev ?? (await readPublished(ledger, call))?.rev, call);
}

/** `there`: a revision that the log must have. */
async function newestFrom(ledger: Ledger, there: number | undefined, call: CallOptions): Promise<number> {
  const startAfter = there === undefined || there < 2 ? undefined : recordKey(there - 1);
  let newest = 0;
  for await (const { key } of ledger.state.list('log/', { ...call, ...(startAfter && { startAfter }) })) {
    newest = Math.max(newest, revOfRecord(key) ?? 0);
  }
  if (there !== undefined && newest < there) throw truncated(ledger, there);
  return newest;
}

/** Clients have seen a revision that the log does not have. */
export function truncated(ledger: Ledger, published: number): PakhusError {
  return new PakhusError(
    'LEDGER_TRUNCATED',
    `${ledger.state.name}: revision ${published} is published, but the log does not have it`,
    {
      hint: 'Restore the log folder from a backup or another copy of the store.',
      details: { published },
    },
  );
}

/** The revision `rev`, its signature checked. `found`: its record, where that was read. @throws STORE_OBJECT_NOT_FOUND, LEDGER_* */
async function readRevision(
  ledger: Ledger,
  at: {
    readonly rev: number;
    readonly published: Published | undefined;
    readonly found?: FoundRecord | undefined;
  },
  call: CallOptions,
): Promise<Revision> {
  const found = at.found ?? (await readRecord(ledger, at.rev, call));
  await checkTrust(ledger, found.signed, call);
  const manifest = await readManifest(ledger.blobs, found.signed.record, call);
  return { ...found, manifest, published: at.published };
}

/** A record as it stands; nothing is believed yet. @throws STORE_OBJECT_NOT_FOUND, LEDGER_CORRUPT */
export async function readRecord(
  ledger: Ledger,
  rev: number,
  options: CallOptions = {},
): Promise<FoundRecord> {
  const key = recordKey(rev);
  const bytes = await readBytes(ledger.state, key, { ...options, limitBytes: RECORD_LIMIT_BYTES });
  const signed = parseRecord(bytes, { rev, name: `${ledger.state.name}/${key}` });
  if (signed.record.repository !== ledger.repository) {
    throw new PakhusError(
      'LEDGER_UNTRUSTED',
      `${ledger.state.name}/${key}: the record is of repository '${signed.record.repository}', expected '${ledger.repository}'`,
      { hint: 'Was a folder renamed or copied? Name the repository in pakhus.yaml as it was.' },
    );
  }
  return { signed, digest: sha256Hex(bytes) };
}

/**
 * From the newest record back to the one after `until`, each the parent of the one before it: what is believed of the newest is
 * believed of all. Needs no blobs. @throws LEDGER_*
 */
export async function* walkBack(
  ledger: Ledger,
  { until, ...call }: CallOptions & { readonly until: number },
): AsyncIterable<FoundRecord> {
  const newest = await newestRev(ledger, call);
  let child: FoundRecord | undefined;
  for (let rev = newest; rev > until; rev--) {
    const found = await readRecord(ledger, rev, call);
    if (child === undefined) await checkTrust(ledger, found.signed, call);
    else checkParent(ledger, child.signed, found.digest);
    child = found;
    yield found;
  }
}

/** Walks the whole log from its first record to its last and checks every link. @throws STORE_OBJECT_NOT_FOUND, LEDGER_* */
export async function* walkLog(
  ledger: Ledger,
  last: number,
  options: CallOptions = {},
): AsyncIterable<FoundRecord> {
  let parent: FoundRecord | undefined;
  for (let rev = 1; rev <= last; rev++) {
    const found = await readRecord(ledger, rev, options);
    checkSignature(ledger, found.signed, parent?.signed ?? found.signed);
    checkParent(ledger, found.signed, parent?.digest ?? null);
    parent = found;
    yield found;
  }
}

/**
 * A record is believed when an anchor signed it, or when a believed parent lists its signer. Without anchors the newest record
 * is trusted as it is, provided that its signer is one of its own committers.
 */
async function checkTrust(ledger: Ledger, newest: SignedRecord, options: CallOptions): Promise<void> {
  const { anchors } = ledger.trust;
  let child = newest;
  checkSignature(ledger, child, child);
  while (anchors.size > 0 && !anchors.has(child.keyId)) {
    const { rev } = child.record;
    if (rev === 1) throw unknownOrigin(ledger, newest, child);
    const { signed, digest } = await readRecord(ledger, rev - 1, options);
    checkParent(ledger, child, digest);
    checkSignature(ledger, child, signed);
    checkSignature(ledger, signed, signed);
    child = signed;
  }
}

/** @throws LEDGER_UNTRUSTED unless one of the committers that `lister` lists signed it */
function checkSignature(ledger: Ledger, signed: SignedRecord, lister: SignedRecord): void {
  const committer = lister.record.committers.find((one) => one.keyId === signed.keyId);
  if (committer === undefined) throw untrusted(ledger, signed, `its signer ${signed.keyId} is no committer`);
  if (!ledger.verifySignature(signed.signedBytes, signed.signature, committer.publicKey)) {
    throw untrusted(ledger, signed, 'its signature is wrong');
  }
}

/** @throws LEDGER_UNTRUSTED unless `digest` is that of the record before `signed` */
export function checkParent(ledger: Ledger, signed: SignedRecord, digest: string | null): void {
  if (signed.record.parent === digest) return;
  throw untrusted(ledger, signed, `its parent has digest ${digest}, the record says ${signed.record.parent}`);
}

/** Nothing of these records is believed, not even that they hold no line ends. */
function unknownOrigin(ledger: Ledger, newest: SignedRecord, first: SignedRecord): PakhusError {
  const { keyId, record } = first;
  return new PakhusError(
    'LEDGER_UNTRUSTED',
    `${ledger.state.name}/${recordKey(newest.record.rev)} is not to be trusted: no record up to it is signed by a ledger key that you trust`,
    {
      hint:
        `It was made by ${plainName(record.author)} with the ledger key ${plainName(keyId)}. If you know that this is right, add that key under 'ledger:' in ` +
        'pakhus.yaml. If not, somebody replaced the repository.',
      details: { rev: newest.record.rev, key: keyId, author: record.author },
    },
  );
}

function untrusted(ledger: Ledger, signed: SignedRecord, why: string): PakhusError {
  const key = recordKey(signed.record.rev);
  return new PakhusError('LEDGER_UNTRUSTED', `${ledger.state.name}/${key} is not to be trusted: ${why}`, {
    hint: 'Somebody changed the store without a ledger key. Compare with a backup before you do anything else.',
    details: { rev: signed.record.rev, key: signed.keyId },
  });
}
