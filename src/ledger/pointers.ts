/** Single pointers: whether the store has one, and putting it there. */
import { sha256Hex } from '../core/digest.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { readBytes } from '../storage/read-all.ts';
import type { CallOptions, ObjectInfo, WriteOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import type { PointerEntry } from './manifest.ts';

/** A fixed name holds at most an index of some million packages. */
const POINTER_LIMIT_BYTES = 2 * 1024 * 1024 * 1024;
/** Writers of one bucket that replace a pointer at once. */
const ATTEMPTS = 20;
const RETRY_MS = 200;

/** True when the store has the pointer's very bytes. Reads all of them. */
export async function holdsPointer(
  ledger: Ledger,
  pointer: PointerEntry,
  options: CallOptions,
): Promise<boolean> {
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

/** Writes a pointer over whatever is there: inside the lock of a directory. */
export async function writePointer(
  ledger: Ledger,
  pointer: PointerEntry,
  options: WriteOptions,
): Promise<void> {
  const bytes = await readSource(ledger, pointer, options);
  await ledger.tree.write(pointer.path, bytes, {
    ...options,
    contentType: pointer.contentType,
    cacheControl: 'no-cache',
    meta: { 'pakhus-since': String(pointer.since), 'pakhus-sha256': pointer.sha256 },
  });
}

/**
 * Puts a pointer into a bucket unless a newer one is there. `since` is the revision of what lies there when that is newer.
 * Any unclear answer is decided by looking again. @throws STORE_*, LEDGER_CORRUPT
 */
export async function replacePointer(
  ledger: Ledger,
  pointer: PointerEntry,
  options: CallOptions,
): Promise<{ readonly outcome: 'current' | 'written' | 'newer'; readonly since: number }> {
  const { since } = pointer;
  let hasWritten = false;
  for (let attempt = 1; ; attempt++) {
    const there = await statPointer(ledger, pointer, options);
    const sinceThere = sinceOf(there);
    if (sinceThere > since) return { outcome: 'newer', since: sinceThere };
    if (there !== undefined && isSame(there, pointer))
      return { outcome: hasWritten ? 'written' : 'current', since };
    try {
      await writePointer(ledger, pointer, {
        ...options,
        ...(there === undefined ? { ifAbsent: true } : { ifMatch: there.etag }),
      });
      if (ledger.tree.capabilities.replaceIfMatch) return { outcome: 'written', since };
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE') || attempt === ATTEMPTS) throw error;
      if (hasCode(error, 'STORE_UNAVAILABLE')) await ledger.clock.sleep(RETRY_MS, options.signal);
    }
    hasWritten = true;
  }
}

/** The newest revision that a pointer in a bucket says it is since; a log that ends before it was cut. */
export async function newestSince(
  ledger: Ledger,
  pointers: readonly PointerEntry[],
  options: CallOptions,
): Promise<number> {
  const found = await Promise.all(pointers.map((pointer) => statPointer(ledger, pointer, options)));
  return Math.max(0, ...found.map(sinceOf));
}

function sinceOf(there: ObjectInfo | undefined): number {
  const since = Number(there?.meta?.['pakhus-since'] ?? 0);
  return Number.isSafeInteger(since) ? since : 0;
}

/** What a bucket says of an object without its bytes. `pakhus verify` reads them. */
function isSame({ sizeBytes, meta }: ObjectInfo, pointer: PointerEntry): boolean {
  return (
    sizeBytes === pointer.sizeBytes &&
    meta?.['pakhus-sha256'] === pointer.sha256 &&
    meta['pakhus-since'] === String(pointer.since)
  );
}

async function statPointer(
  ledger: Ledger,
  { path }: PointerEntry,
  options: CallOptions,
): Promise<ObjectInfo | undefined> {
  try {
    return await ledger.tree.stat(path, options);
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

async function readSource(ledger: Ledger, pointer: PointerEntry, options: CallOptions): Promise<Uint8Array> {
  const { from } = pointer;
  const [storage, key] = 'blob' in from ? [ledger.state, from.blob] : [ledger.tree, from.tree];
  const { signal } = options;
  const bytes = await readBytes(storage, key, { ...(signal && { signal }), limitBytes: POINTER_LIMIT_BYTES });
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
