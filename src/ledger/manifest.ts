/**
 * What a revision is, as far as the ledger cares: who may commit, every file at a fixed name, and the content, which is
 * opaque here. One blob, JSON in a zstd frame.
 */
import type { BlobRef, BlobStore } from '../catalog/blobs.ts';
import { readBlobRef } from '../catalog/blobs.ts';
import { getJson, putJson } from '../catalog/json-blob.ts';
import { arrayOf, field, isRecord, num, optional, text } from '../core/shape.ts';
import type { CallOptions } from '../storage/storage.ts';

/** Somebody who may sign records. */
export interface Committer {
  readonly keyId: string;
  readonly publicKey: string;
  readonly name: string;
}

/** Somebody who may propose changes and not commit them. */
export interface Proposer {
  /** The inbox folder that is theirs. */
  readonly name: string;
  /** Their ledger key. Absent: whoever can write to that folder is believed to be them. */
  readonly publicKey?: string;
  /** What they may ask for, and places where; the words belong to whoever prepares revisions. */
  readonly actions: readonly string[];
  readonly to: readonly string[];
}

/** Objects that are being deleted. Until it is over no revision may name one of them anew. */
export interface Sweep {
  /** A JSON blob: see `SweepKeys`. */
  readonly keys: BlobRef;
  /** No delete takes effect from this moment on, by the store's clock. */
  readonly untilMs: number;
}

/** A public file at a fixed name and where its bytes come from. */
export interface PointerEntry {
  /** Below the repository's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** A blob of the state, or an immutable public file (`tree`). */
  readonly from: { readonly blob: string } | { readonly tree: string };
  readonly contentType: string;
  /** The revision that gave it these bytes. */
  readonly since: number;
  /** Pointers of a later phase are written after all of an earlier one. Absent: one by one, in their order. */
  readonly phase?: number;
  /** Within a phase, those of one lane are written one after the other, and lanes at once. Absent: its own. */
  readonly lane?: string;
}

/** A fixed name that is published no more; its file stays until it is collected. */
export interface GonePointer {
  readonly path: string;
  /** The first revision without it. */
  readonly since: number;
}

/** The settled intents of one hour. */
export interface SettledHour {
  /** Hours since 1970. */
  readonly hour: number;
  readonly blob: BlobRef;
  /** The times of the oldest and of the youngest id among them; absent: nobody knows. */
  readonly idsMs?: readonly [number, number];
}

export interface Manifest {
  /** Kept in the record. */
  readonly committers: readonly Committer[];
  readonly proposers: readonly Proposer[];
  /** In the order in which they are written; an entry pointer after all that it names. */
  readonly pointers: readonly PointerEntry[];
  /** Fixed names that an earlier revision had and this one has not. */
  readonly gone: readonly GonePointer[];
  /** Intents settled in the last seven days. */
  readonly settled: readonly SettledHour[];
  /** Null when nothing is being deleted. */
  readonly sweep: Sweep | null;
  /** The only host that may write, for a store that cannot keep two apart; null: all committers may. Set by revision 1. */
  readonly writer: string | null;
  /**
   * Revisions from this one on have all that is needed to bring them back. Those before were collected, but for what the content says
   * is kept.
   */
  readonly wholeFrom: number;
  /** JSON that belongs to whoever prepares revisions. */
  readonly content: unknown;
}

/** The pointers of one phase after the other, each of lanes that may be written at once. */
export function phasesOf(
  pointers: readonly PointerEntry[],
): readonly (readonly (readonly PointerEntry[])[])[] {
  if (pointers.some(({ phase }) => phase === undefined)) return pointers.map((one) => [[one]]);
  const phases = [...Map.groupBy(pointers, ({ phase = 0 }) => phase)].sort(([a], [b]) => a - b);
  return phases.map(([, own]) => [...Map.groupBy(own, ({ path, lane = path }) => lane).values()]);
}

export function writeManifest(blobs: BlobStore, manifest: Manifest, options?: CallOptions): Promise<BlobRef> {
  const { committers: _, ...stored } = manifest;
  return putJson(blobs, { pakhus: 1, ...stored }, options);
}

/** The manifest that a record names. @throws LEDGER_CORRUPT, STORE_* */
export async function readManifest(
  blobs: BlobStore,
  record: { readonly manifest: BlobRef; readonly committers: readonly Committer[] },
  options?: CallOptions,
): Promise<Manifest> {
  const stored = await getJson(blobs, record.manifest, { ...options, what: 'manifest', read: parseManifest });
  return { committers: record.committers, ...stored };
}

function parseManifest(value: unknown): Omit<Manifest, 'committers'> {
  if (field(value, 'pakhus', num) !== 1) throw new TypeError('made by a newer pakhus');
  return {
    proposers: field(value, 'proposers', arrayOf(readProposer)),
    pointers: field(value, 'pointers', arrayOf(pointerEntry)),
    gone: field(value, 'gone', arrayOf(gonePointer)),
    settled: field(value, 'settled', arrayOf(settledHour)),
    sweep: field(value, 'sweep', (one) => (one === null ? null : sweep(one))),
    writer: field(value, 'writer', (one) => (one === null ? null : text(one))),
    wholeFrom: field(value, 'wholeFrom', num),
    content: isRecord(value) ? value['content'] : undefined,
  };
}

/** Reads a {@link Proposer}. @throws TypeError */
export function readProposer(value: unknown): Proposer {
  const publicKey = isRecord(value) ? optional(value['publicKey'], text) : undefined;
  return {
    name: field(value, 'name', text),
    ...(publicKey !== undefined && { publicKey }),
    actions: field(value, 'actions', arrayOf(text)),
    to: field(value, 'to', arrayOf(text)),
  };
}

function sweep(value: unknown): Sweep {
  return { keys: field(value, 'keys', readBlobRef), untilMs: field(value, 'untilMs', num) };
}

/** Reads a {@link Committer}. @throws TypeError */
export function readCommitter(value: unknown): Committer {
  return {
    keyId: field(value, 'keyId', text),
    publicKey: field(value, 'publicKey', text),
    name: field(value, 'name', text),
  };
}

function pointerEntry(value: unknown): PointerEntry {
  const phase = isRecord(value) ? optional(value['phase'], num) : undefined;
  const lane = isRecord(value) ? optional(value['lane'], text) : undefined;
  return {
    path: field(value, 'path', text),
    sizeBytes: field(value, 'sizeBytes', num),
    sha256: field(value, 'sha256', text),
    from: field(value, 'from', source),
    contentType: field(value, 'contentType', text),
    since: field(value, 'since', num),
    ...(phase !== undefined && { phase }),
    ...(lane !== undefined && { lane }),
  };
}

function source(value: unknown): PointerEntry['from'] {
  return isRecord(value) && 'blob' in value
    ? { blob: field(value, 'blob', text) }
    : { tree: field(value, 'tree', text) };
}

function gonePointer(value: unknown): GonePointer {
  return { path: field(value, 'path', text), since: field(value, 'since', num) };
}

function settledHour(value: unknown): SettledHour {
  const idsMs = isRecord(value) ? optional(value['idsMs'], arrayOf(num)) : undefined;
  const [oldest, youngest] = idsMs ?? [];
  return {
    hour: field(value, 'hour', num),
    blob: field(value, 'blob', readBlobRef),
    ...(oldest !== undefined && youngest !== undefined && { idsMs: [oldest, youngest] }),
  };
}
