/**
 * Making a revision visible: its pointers, in the manifest's order, entry pointers after all that they name. It is
 * always the newest revision that is published, and no pointer ever goes back. Whoever writes next finishes.
 *
 * ```
 * a directory   inside the store's lock, which dies with its process: nobody can write an older pointer after a newer one
 * a bucket      each pointer carries the revision it is since (`pakhus-since`) and is replaced only by a newer one, if nobody
 *               touched it meanwhile; after each write the log is looked at, and a newer tail starts over
 * neither       a directory that one host alone writes: as in a directory, without the lock
 * ```
 */
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import { newestRev, type Revision, readTail, truncated } from './log.ts';
import { holdsPointer, replacePointer, writePointer } from './pointers.ts';
import { advancePublished, readPublished } from './published.ts';

/** What publishing did. */
export interface PublishReport {
  /** The revision that clients see now; 0 when there is none. */
  readonly rev: number;
  /** Paths that were written. */
  readonly written: readonly string[];
}

/**
 * Publishes the newest revision: writes every pointer that is missing or differs, then advances `published`.
 * Needs no key. @throws LEDGER_*, STORE_*
 */
export function publishTail(ledger: Ledger, options: CallOptions = {}): Promise<PublishReport> {
  const { exclusive, metadata } = ledger.tree.capabilities;
  if (exclusive) return ledger.tree.exclusive(() => publishAlone(ledger, options), options);
  return metadata ? publishAmongOthers(ledger, options) : publishAlone(ledger, options);
}

/** Pointers of `tail` that are missing in the store or differ. Reads only. */
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

/**
 * Writes the pointers of `tail` that are missing or differ, for a public folder without a ledger of its own. In a bucket no newer one
 * is replaced; of a directory the caller holds the lock, and has read `tail` inside it. Gives the paths that were written.
 */
export async function writePointers(
  ledger: Ledger,
  tail: Revision,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const { exclusive, metadata } = ledger.tree.capabilities;
  await ledger.settle(options);
  if (exclusive || !metadata) return writePointersAlone(ledger, tail, options);
  const written: string[] = [];
  for (const pointer of tail.manifest.pointers) {
    if ((await replacePointer(ledger, pointer, options)).outcome === 'written') written.push(pointer.path);
  }
  return written;
}

async function writePointersAlone(
  ledger: Ledger,
  tail: Revision,
  options: CallOptions,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const pointer of tail.manifest.pointers) {
    if (await holdsPointer(ledger, pointer, options)) continue;
    await writePointer(ledger, pointer, options);
    written.push(pointer.path);
  }
  return written;
}

async function publishAlone(ledger: Ledger, options: CallOptions): Promise<PublishReport> {
  const tail = await readTail(ledger, options);
  if (tail === undefined) return { rev: 0, written: [] };
  const { rev } = tail.signed.record;
  await ledger.settle(options);
  const written = await writePointersAlone(ledger, tail, options);
  const published = await readPublished(ledger, options);
  if (written.length > 0 || published?.rev !== rev) await ledger.settle(options);
  await advancePublished(ledger, rev, options);
  return { rev, written };
}

async function publishAmongOthers(ledger: Ledger, options: CallOptions): Promise<PublishReport> {
  const written = new Set<string>();
  for (;;) {
    const tail = await readTail(ledger, options);
    if (tail === undefined) return { rev: 0, written: [] };
    const { rev } = tail.signed.record;
    await ledger.settle(options);
    if (!(await writeAll(ledger, { tail, written }, options))) continue;
    await advancePublished(ledger, rev, options);
    return { rev, written: [...written] };
  }
}

/** Writes what is missing; false as soon as a newer revision shows up. */
async function writeAll(
  ledger: Ledger,
  { tail, written }: { readonly tail: Revision; readonly written: Set<string> },
  options: CallOptions,
): Promise<boolean> {
  const { rev } = tail.signed.record;
  for (const pointer of tail.manifest.pointers) {
    const { outcome, since } = await replacePointer(ledger, pointer, options);
    if (outcome === 'written') written.add(pointer.path);
    if (outcome === 'current') continue;
    const newest = await newestRev(ledger, options);
    if (outcome === 'newer' && newest < since) throw truncated(ledger, since);
    if (newest !== rev) return false;
  }
  return true;
}
