/** A commit record: `log/<10 digits>.json`, a decision and its signature. */
import { type BlobRef, readBlobRef } from '../catalog/blobs.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { arrayOf, field, isRecord, num, optional, text } from '../core/shape.ts';
import { type Committer, readCommitter } from './manifest.ts';
import { decodeSigned, type Signed } from './signed-lines.ts';

const RECORD_NAME = /^log\/(\d{10})\.json$/;

/** How an intent ended. */
export interface Settlement {
  /** `<who>/<ulid>` of the intent. */
  readonly ref: string;
  /** Why it was refused; absent when it was done. */
  readonly rejected?: string;
}

/** The decision of one revision. */
export interface LedgerRecord {
  readonly repository: string;
  readonly rev: number;
  /** Tells one's own record from another's after an unknown answer. */
  readonly nonce: string;
  /** SHA-256 of the parent's bytes; null for revision 1. */
  readonly parent: string | null;
  readonly manifest: BlobRef;
  /** Who may sign the next one. Here and not in the manifest, which is collected one day: whom to believe has to be known for ever. */
  readonly committers: readonly Committer[];
  /** Package files that this revision brings, as JSON lines; null when it brings none. */
  readonly files: BlobRef | null;
  /** The signed date, milliseconds since 1970, a whole second. */
  readonly signedAtMs: number;
  readonly author: string;
  readonly message: string;
  readonly settled: readonly Settlement[];
  /** `published` as the writer read it. */
  readonly published: number;
}

export interface SignedRecord extends Omit<Signed, 'value'> {
  readonly record: LedgerRecord;
}

/** Key of a record below the state folder. */
export function recordKey(rev: number): string {
  return `log/${String(rev).padStart(10, '0')}.json`;
}

/** The revision of a record by its key; undefined for any other key. */
export function revOfRecord(key: string): number | undefined {
  const digits = RECORD_NAME.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Reads a record back. Its signature is not checked here. @throws LEDGER_CORRUPT */
export function parseRecord(
  bytes: Uint8Array,
  where: { readonly rev: number; readonly name: string },
): SignedRecord {
  try {
    const { value, ...signature } = decodeSigned(bytes);
    const record = readRecord(value);
    if (record.rev !== where.rev)
      throw new TypeError(`it says revision ${record.rev}, expected ${where.rev}`);
    return { record, ...signature };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new PakhusError('LEDGER_CORRUPT', `${where.name}: the commit record is damaged: ${error.message}`, {
      cause: error,
      details: { rev: where.rev },
      hint: 'Restore the file from a backup or another copy of the store; records are never rewritten.',
    });
  }
}

function readRecord(value: unknown): LedgerRecord {
  return {
    repository: field(value, 'repository', text),
    rev: field(value, 'rev', num),
    nonce: field(value, 'nonce', text),
    parent: field(value, 'parent', nullable(text)),
    manifest: field(value, 'manifest', readBlobRef),
    committers: field(value, 'committers', arrayOf(readCommitter)),
    files: field(value, 'files', nullable(readBlobRef)),
    signedAtMs: field(value, 'signedAtMs', num),
    author: field(value, 'author', text),
    message: field(value, 'message', text),
    settled: field(value, 'settled', arrayOf(settlement)),
    published: field(value, 'published', num),
  };
}

/** Reads a {@link Settlement}. @throws TypeError */
export function settlement(value: unknown): Settlement {
  const rejected = isRecord(value) ? optional(value['rejected'], text) : undefined;
  const ref = field(value, 'ref', text);
  return rejected === undefined ? { ref } : { ref, rejected };
}

function nullable<T>(read: (value: unknown) => T): (value: unknown) => T | null {
  return (value) => (value === null ? null : read(value));
}
