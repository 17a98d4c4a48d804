/** Reading the log: the newest revision, and whether to believe it. */
import type { BlobRef, BlobStore } from '../catalog/blobs.ts';
import { sha256Hex } from '../core/digest.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { quietly } from '../core/quietly.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import { checkParent, checkSignature, checkTrust } from './check-trust.ts';
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
  const guess = published && guessRevision(ledger, published, call);
  const newest = await newestFrom(ledger, published?.rev, call);
  if (newest === 0) return undefined;
  if (guess === undefined || newest !== published?.rev)
    return readRevision(ledger, { rev: newest, published }, call);
  return readRevision(
    ledger,
    { rev: newest, published, found: await guess.record, manifest: guess.manifest },
    call,
  );
}

interface Guess {
  readonly record: Promise<FoundRecord>;
  /** The manifest that `published` names, unread where that is done in no time. */
  readonly manifest: AheadBlob | undefined;
}

interface AheadBlob {
  readonly ref: BlobRef;
  readonly bytes: Promise<Uint8Array>;
}

function guessRevision(ledger: Ledger, { rev, manifest: ref }: Published, call: CallOptions): Guess {
  const isFar = ledger.state.capabilities.metadata;
  return {
    record: quietly(readRecord(ledger, rev, call)),
    manifest: isFar && ref !== undefined ? { ref, bytes: quietly(ledger.blobs.get(ref, call)) } : undefined,
  };
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

/** The revision `rev`, its signature checked; what was read ahead of it is not read again. @throws STORE_OBJECT_NOT_FOUND, LEDGER_* */
async function readRevision(
  ledger: Ledger,
  at: {
    readonly rev: number;
    readonly published: Published | undefined;
    readonly found?: FoundRecord;
    readonly manifest?: AheadBlob | undefined;
  },
  call: CallOptions,
): Promise<Revision> {
  const found = at.found ?? (await readRecord(ledger, at.rev, call));
  await checkTrust(ledger, { newest: found.signed, readRecord: (rev) => readRecord(ledger, rev, call) });
  const { blobs } = ledger;
  const get: BlobStore['get'] = (ref, options) =>
    at.manifest !== undefined && isSameBlob(ref, at.manifest.ref)
      ? at.manifest.bytes
      : blobs.get(ref, options);
  const manifest = await readManifest({ ...blobs, get }, found.signed.record, call);
  return { ...found, manifest, published: at.published };
}

function isSameBlob(a: BlobRef, b: BlobRef): boolean {
  return a.key === b.key && a.sizeBytes === b.sizeBytes;
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
    if (child === undefined)
      await checkTrust(ledger, { newest: found.signed, readRecord: (rev) => readRecord(ledger, rev, call) });
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
