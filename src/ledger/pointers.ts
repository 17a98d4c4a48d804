/** Single pointers: whether the store has one, and putting it there. */
import { createSha256, sha256Hex } from '../core/digest.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { findObjects } from '../storage/find-objects.ts';
import { readBytes } from '../storage/read-all.ts';
import type { Body, CallOptions, ObjectInfo, WriteOptions } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import type { Revision } from './log.ts';
import type { PointerEntry } from './manifest.ts';

/** Files above this are not held in memory: the store copies them. */
const COPIED_BYTES = 8 * 1024 * 1024;
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
    return (
      sizeBytes === pointer.sizeBytes && (await digestAt(ledger, pointer.path, options)) === pointer.sha256
    );
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
): Promise<ObjectInfo> {
  const { path, from, contentType, since, sha256 } = pointer;
  const headers = {
    ...options,
    contentType,
    cacheControl: 'no-cache',
    meta: { 'pakhus-since': String(since), 'pakhus-sha256': sha256 },
  };
  if ('tree' in from && pointer.sizeBytes > COPIED_BYTES && ledger.uploads.recall(sha256) === undefined) {
    // A bucket loses nothing; here it may be damaged.
    const { metadata } = ledger.tree.capabilities;
    const found = metadata ? sha256 : await digestAt(ledger, from.tree, options);
    if (found !== sha256) throw damaged(pointer, { place: `${ledger.tree.name}/${from.tree}`, found });
    return ledger.tree.copy(from.tree, path, headers);
  }
  return ledger.tree.write(path, await readSource(ledger, pointer, options), headers);
}

/** What lies at the name of a pointer in a bucket. */
export interface PointerThere {
  readonly etag: string;
  readonly sizeBytes: number;
  /** The revision that put it there, or a later one that is older than `pointer.since`; 0: nobody knows. */
  readonly since: number;
  /** Undefined: another one than the pointer's, or nobody knows. */
  readonly sha256: string | undefined;
}

/** What is there, by path; nothing where nothing is. */
export type PointersThere = ReadonlyMap<string, PointerThere>;

/**
 * Looks at the pointers of `tail` in a bucket: lists tell their etags, and `published` tells those of the last revision that was
 * published to its end. Only what has another one is looked at by itself.
 */
export async function lookAtPointers(
  ledger: Ledger,
  { published, manifest }: Pick<Revision, 'published' | 'manifest'>,
  call: CallOptions,
): Promise<PointersThere> {
  const objects = await findObjects(
    ledger.tree,
    manifest.pointers.map(({ path }) => path),
    call,
  );
  const there = new Map<string, PointerThere>();
  const look = async (pointer: PointerEntry): Promise<void> => {
    const { path, since, sha256 } = pointer;
    const object = objects.get(path);
    if (object === undefined) return;
    const { etag, sizeBytes } = object;
    if (published === undefined || published.etags.get(path) !== etag) {
      const found = await statPointer(ledger, pointer, call);
      if (found !== undefined) there.set(path, thereOf(found));
    } else if (since <= published.rev) there.set(path, { etag, sizeBytes, since, sha256 });
    else there.set(path, { etag, sizeBytes, since: published.rev, sha256: undefined });
  };
  await Promise.all(manifest.pointers.map(look));
  return there;
}

/**
 * Puts a pointer into a bucket unless a newer one is there. `since` is the revision of what lies there when that is newer.
 * Any unclear answer is decided by looking again. @throws STORE_*, LEDGER_CORRUPT
 * @param seen What lay there a moment ago.
 */
export async function replacePointer(
  ledger: Ledger,
  { pointer, seen }: { readonly pointer: PointerEntry; readonly seen: PointerThere | undefined },
  options: CallOptions,
): Promise<{
  readonly outcome: 'current' | 'written' | 'newer';
  readonly since: number;
  readonly etag: string;
}> {
  const { since } = pointer;
  let there = seen;
  let hasWritten = false;
  for (let attempt = 1; ; attempt++) {
    if (there !== undefined && there.since > since)
      return { outcome: 'newer', since: there.since, etag: there.etag };
    if (there !== undefined && isSame(there, pointer))
      return { outcome: hasWritten ? 'written' : 'current', since, etag: there.etag };
    try {
      const condition = there === undefined ? { ifAbsent: true } : { ifMatch: there.etag };
      const { etag } = await writePointer(ledger, pointer, { ...options, ...condition });
      if (ledger.tree.capabilities.replaceIfMatch) return { outcome: 'written', since, etag };
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE') || attempt === ATTEMPTS) throw error;
      if (hasCode(error, 'STORE_UNAVAILABLE')) await ledger.clock.sleep(RETRY_MS, options.signal);
    }
    hasWritten = true;
    const found = await statPointer(ledger, pointer, options);
    there = found && thereOf(found);
  }
}

/** The newest revision that a pointer in a bucket says it is since; a log that ends before it was cut. */
export function newestSince(there: PointersThere): number {
  return Math.max(0, ...[...there.values()].map(({ since }) => since));
}

/** Whether the store has the pointer's very bytes, as far as a bucket says without sending them. `pakhus verify` reads them. */
export function isSame({ sizeBytes, since, sha256 }: PointerThere, pointer: PointerEntry): boolean {
  return sizeBytes === pointer.sizeBytes && sha256 === pointer.sha256 && since === pointer.since;
}

function thereOf({ etag, sizeBytes, meta }: ObjectInfo): PointerThere {
  const since = Number(meta?.['pakhus-since'] ?? 0);
  return { etag, sizeBytes, since: Number.isSafeInteger(since) ? since : 0, sha256: meta?.['pakhus-sha256'] };
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

async function readSource(ledger: Ledger, pointer: PointerEntry, options: CallOptions): Promise<Body> {
  const recent = ledger.uploads.recall(pointer.sha256);
  if (recent !== undefined) return { sizeBytes: pointer.sizeBytes, open: () => recent };
  const { from } = pointer;
  const [storage, key] = 'blob' in from ? [ledger.state, from.blob] : [ledger.tree, from.tree];
  const { signal } = options;
  const bytes = await readBytes(storage, key, { ...(signal && { signal }), limitBytes: POINTER_LIMIT_BYTES });
  const found = sha256Hex(bytes);
  if (found !== pointer.sha256) throw damaged(pointer, { place: `${storage.name}/${key}`, found });
  return bytes;
}

async function digestAt({ tree }: Ledger, path: string, { signal }: CallOptions): Promise<string> {
  const { body } = await tree.read(path, signal === undefined ? {} : { signal });
  const digest = createSha256();
  for await (const chunk of body) digest.update(chunk);
  return digest.hex();
}

function damaged(
  { path, sha256 }: PointerEntry,
  { place, found }: { readonly place: string; readonly found: string },
): PakhusError {
  return new PakhusError(
    'LEDGER_CORRUPT',
    `${place} is not what the ledger wrote; ${path} was left as it is`,
    {
      hint: 'Run `pakhus repair`. Where that does not help, publish another package to that channel: its files are made anew.',
      details: { expected: sha256, found },
    },
  );
}
