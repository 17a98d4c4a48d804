/**
 * Making a revision visible: its pointers, in the manifest's order, entry pointers after all that they name. It is
 * always the newest revision that is published, and no pointer ever goes back. Whoever writes next finishes.
 *
 * ```
 * a directory   inside the store's lock, which dies with its process: nobody can write an older pointer after a newer one
 * a bucket      each pointer carries the revision it is since (`pakhus-since`) and is replaced only by a newer one, if nobody
 *               touched it meanwhile; after all writes the log is looked at, and a newer tail starts over
 * neither       a directory that one host alone writes: as in a directory, without the lock
 * ```
 */
import { mapInOrder } from '../catalog/map-in-order.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import { newestRev, type Revision, readTail, truncated } from './log.ts';
import { type Manifest, type PointerEntry, phasesOf } from './manifest.ts';
import {
  holdsPointer,
  isSame,
  lookAtPointers,
  type PointersThere,
  replacePointer,
  writePointer,
} from './pointers.ts';
import { advancePublished, readPublished } from './published.ts';

/** Pointers that are written at once: each of them may be a whole index in memory. */
const AT_ONCE = 8;

/** What publishing did. */
export interface PublishReport {
  /** The revision that clients see now; 0 when there is none. */
  readonly rev: number;
  /** Paths that were written. */
  readonly written: readonly string[];
}

export interface PublishOptions extends CallOptions {
  /** The newest revision a moment ago, for a bucket. */
  readonly known?: Revision | undefined;
  /** The pointers that lay there a moment ago, for a bucket. */
  readonly there?: PointersThere | undefined;
}

/**
 * Publishes the newest revision: writes every pointer that is missing or differs, then advances `published`.
 * Needs no key. @throws LEDGER_*, STORE_*
 */
export function publishTail(ledger: Ledger, options: PublishOptions = {}): Promise<PublishReport> {
  const { exclusive, metadata } = ledger.tree.capabilities;
  const { known: _, there: __, ...call } = options;
  if (exclusive) return ledger.tree.exclusive(() => publishAlone(ledger, call), call);
  return metadata ? publishAmongOthers(ledger, options) : publishAlone(ledger, call);
}

/** Pointers of `tail` that are missing in the store or differ, by their bytes. Reads only. */
export async function stalePointers(
  ledger: Ledger,
  tail: Revision,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const pointer of tail.manifest.pointers) {
    if (!(await holdsPointer(ledger, pointer, options))) stale.push(pointer.path);
  }
  return stale;
}

/** The same by what the store says of them, in a bucket. */
export async function unpublishedPointers(
  ledger: Ledger,
  tail: Revision,
  options: CallOptions = {},
): Promise<readonly string[]> {
  if (!ledger.tree.capabilities.metadata) return stalePointers(ledger, tail, options);
  const there = await lookAtPointers(ledger, tail, options);
  const isStale = (pointer: PointerEntry): boolean => {
    const one = there.get(pointer.path);
    return one === undefined || !isSame(one, pointer);
  };
  return tail.manifest.pointers.filter(isStale).map(({ path }) => path);
}

/**
 * Writes the pointers of `tail` that are missing or differ, for a public folder without a ledger of its own. In a bucket no newer one
 * is replaced; of a directory the caller holds the lock, and has read `tail` inside it. Gives the paths that were written.
 */
export async function writePointers(
  ledger: Ledger,
  { manifest }: Revision,
  call: CallOptions = {},
): Promise<readonly string[]> {
  const { exclusive, metadata } = ledger.tree.capabilities;
  await ledger.settle(call);
  if (exclusive || !metadata) return writeAlone(ledger, manifest, call);
  // What was published elsewhere says nothing of this folder.
  const there = await lookAtPointers(ledger, { manifest, published: undefined }, call);
  const written = new Set<string>();
  await writeInPhases(ledger, { manifest, written, there }, call);
  return [...written];
}

async function writeAlone(
  ledger: Ledger,
  { pointers }: Pick<Manifest, 'pointers'>,
  call: CallOptions,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const pointer of pointers) {
    if (await holdsPointer(ledger, pointer, call)) continue;
    await writePointer(ledger, pointer, call);
    written.push(pointer.path);
  }
  return written;
}

async function publishAlone(ledger: Ledger, call: CallOptions): Promise<PublishReport> {
  const tail = await readTail(ledger, call);
  if (tail === undefined) return { rev: 0, written: [] };
  const { rev } = tail.signed.record;
  await ledger.settle(call);
  const written = await writeAlone(ledger, tail.manifest, call);
  if (written.length > 0 || tail.published?.rev !== rev) await ledger.settle(call);
  await advancePublished(ledger, { tail, etags: new Map() }, call);
  return { rev, written };
}

async function publishAmongOthers(
  ledger: Ledger,
  { known, there, ...call }: PublishOptions,
): Promise<PublishReport> {
  const written = new Set<string>();
  let tail = known ?? (await readTail(ledger, call));
  for (let seen = there; tail !== undefined; seen = undefined) {
    const { rev } = tail.signed.record;
    await ledger.settle(call);
    if (seen === undefined) tail = await withPublished(ledger, tail, call);
    const isNewest = await writeAll(
      ledger,
      { tail, written, there: seen ?? (await lookAtPointers(ledger, tail, call)) },
      call,
    );
    if (isNewest) return { rev, written: [...written] };
    tail = await readTail(ledger, { known: tail, ...call });
  }
  return { rev: 0, written: [] };
}

/** Whoever has committed the tail may have published it since it was read. What a later revision left at its names is not its own. */
async function withPublished(ledger: Ledger, tail: Revision, call: CallOptions): Promise<Revision> {
  const { rev } = tail.signed.record;
  if (tail.published?.rev === rev) return tail;
  const published = await readPublished(ledger, call);
  return published === undefined || published.rev > rev ? tail : { ...tail, published };
}

/** Writes what is missing, then `published`; false when a newer revision shows up. */
async function writeAll(
  ledger: Ledger,
  {
    tail,
    ...work
  }: { readonly tail: Revision; readonly written: Set<string>; readonly there: PointersThere },
  call: CallOptions,
): Promise<boolean> {
  const { etags, isTouched, newer } = await writeInPhases(ledger, { ...work, manifest: tail.manifest }, call);
  const { rev } = tail.signed.record;
  // Where all of it was there, somebody has just written it, and says so.
  const isKnown = work.written.size > 0 || tail.published?.rev === rev;
  const done = { tail: isKnown ? tail : { ...tail, published: undefined }, etags };
  // All pointers are at this revision or later, whatever the log says by now.
  const [newest] = await Promise.all([
    isTouched ? newestRev(ledger, { known: tail, ...call }) : rev,
    newer === 0 ? advancePublished(ledger, done, call) : undefined,
  ]);
  if (newest < newer) throw truncated(ledger, newer);
  return newest === rev && newer === 0;
}

/** What one pass over all pointers of a bucket met. */
interface Pass {
  readonly etags: ReadonlyMap<string, string>;
  /** Something was written, or is newer than it should be. */
  readonly isTouched: boolean;
  /** The newest revision of a pointer that was not replaced because it is newer: then the pass ended early. 0: none is. */
  readonly newer: number;
}

async function writeInPhases(
  ledger: Ledger,
  work: {
    readonly manifest: Pick<Manifest, 'pointers'>;
    readonly written: Set<string>;
    readonly there: PointersThere;
  },
  call: CallOptions,
): Promise<Pass> {
  const { manifest, written, there } = work;
  const etags = new Map<string, string>();
  let isTouched = false;
  let newer = 0;
  const put = async (pointer: PointerEntry): Promise<void> => {
    const { path } = pointer;
    const { outcome, since, etag } = await replacePointer(ledger, { pointer, seen: there.get(path) }, call);
    etags.set(path, etag);
    if (outcome === 'written') written.add(path);
    if (outcome === 'newer') newer = Math.max(newer, since);
    isTouched ||= outcome !== 'current';
  };
  const putLane = async (lane: readonly PointerEntry[]): Promise<void> => {
    for (const pointer of lane) await put(pointer);
  };
  for (const phase of phasesOf(manifest.pointers)) {
    for await (const _ of mapInOrder(phase, { limit: AT_ONCE, signal: call.signal, work: putLane }));
    if (newer > 0) break;
  }
  return { etags, isTouched, newer };
}
