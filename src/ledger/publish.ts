/**
 * Making a revision visible: its pointers, in the manifest's order, entry pointers after all that they name. It is
 * always the newest revision that is published, and no pointer ever goes back.
 *
 * A directory: inside the store's lock, so that nobody can write an older pointer after a newer one. The lock dies
 * with its process; whoever writes next finishes.
 */
import { sha256Hex } from '../core/digest.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import { type Revision, readTail } from './log.ts';
import type { PointerEntry } from './manifest.ts';
import { advancePublished, readPublished } from './published.ts';

/** A fixed name holds at most an index of some million packages. */
const POINTER_LIMIT_BYTES = 2 * 1024 * 1024 * 1024;

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
export async function publishTail(ledger: Ledger, options: CallOptions = {}): Promise<PublishReport> {
  return ledger.tree.exclusive(async () => {
    const tail = await readTail(ledger, options);
    if (tail === undefined) return { rev: 0, written: [] };
    const { rev } = tail.signed.record;
    await ledger.settle(options);
    const written: string[] = [];
    for (const pointer of tail.manifest.pointers) {
      if (await isCurrent(ledger, pointer, options)) continue;
      await writePointer(ledger, pointer, options);
      written.push(pointer.path);
    }
    const published = await readPublished(ledger, options);
    if (written.length > 0 || published?.rev !== rev) await ledger.settle(options);
    await advancePublished(ledger, rev, options);
    return { rev, written };
  }, options);
}

/** Pointers of `tail` that are missing in the store or differ. Reads only. */
export async function stalePointers(
  ledger: Ledger,
  tail: Revision,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const pointer of tail.manifest.pointers) {
    if (!(await isCurrent(ledger, pointer, options))) stale.push(pointer.path);
  }
  return stale;
}

async function isCurrent(ledger: Ledger, pointer: PointerEntry, options: CallOptions): Promise<boolean> {
  try {
    const { sizeBytes } = await ledger.tree.stat(pointer.path, options);
    if (sizeBytes !== pointer.sizeBytes) return false;
    const bytes = await readBytes(ledger.tree, pointer.path, { ...options, limitBytes: POINTER_LIMIT_BYTES });
    return sha256Hex(bytes) === pointer.sha256;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
    throw error;
  }
}

async function writePointer(ledger: Ledger, pointer: PointerEntry, options: CallOptions): Promise<void> {
  const bytes = await readSource(ledger, pointer, options);
  await ledger.tree.write(pointer.path, bytes, {
    ...options,
    contentType: pointer.contentType,
    cacheControl: 'no-cache',
  });
}

async function readSource(ledger: Ledger, pointer: PointerEntry, options: CallOptions): Promise<Uint8Array> {
  const { from } = pointer;
  const [storage, key] = 'blob' in from ? [ledger.state, from.blob] : [ledger.tree, from.tree];
  const bytes = await readBytes(storage, key, { ...options, limitBytes: POINTER_LIMIT_BYTES });
  if (sha256Hex(bytes) !== pointer.sha256) {
    throw new PakhusError(
      'LEDGER_CORRUPT',
      `${storage.name}/${key} is not what the ledger wrote; ${pointer.path} was left as it is`,
      {
        hint: 'Run `pakhus repair`. Where that does not help, publish another package to that channel: its files are made anew.',
        details: { expected: pointer.sha256, found: sha256Hex(bytes) },
      },
    );
  }
  return bytes;
}
