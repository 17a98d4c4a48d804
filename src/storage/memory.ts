/**
 * A store in memory, for tests and simulation: nothing in it depends on the machine, only on the clock it is given.
 *
 * ```
 * capabilities           simulates      dates
 * exclusive: true        a directory    a name that is written again gets a new whole second
 * exclusive: false       a bucket       the clock's whole second
 * ```
 * Other processes use the same object, each through wrappers of its own. Where a directory and a bucket differ in what
 * they keep (`metadata`) or promise (`createIfAbsent`, `replaceIfMatch`), the capabilities say so.
 */
import { type Clock, systemClock } from '../core/clock.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { collectBody } from './collect-body.ts';
import { createExclusive } from './exclusive.ts';
import { checkConditions, checkKey, checkNotLate, checkPrefix } from './keys.ts';
import { createMemoryObjects } from './memory-objects.ts';
import { clampRange } from './range.ts';
import type { Body, CallOptions, ObjectInfo, Storage, StorageCapabilities, WriteOptions } from './storage.ts';

const POLL_MS = 100;
/** Objects that a list looks up at once, as a bucket does. */
const PAGE = 1000;
/** Chunks are small so that readers meet several. */
const CHUNK_BYTES = 64 * 1024;

export interface MemoryStorageOptions {
  /** Dates of objects, and waiting for the lock. Default: the machine's. */
  readonly clock?: Clock;
  /** Default: a directory's: all but `metadata`. */
  readonly capabilities?: Partial<StorageCapabilities>;
  /** `content`: the same bytes have the same etag again, as in buckets, where it is a digest. Default: each write has its own. */
  readonly etags?: 'writes' | 'content';
  /** Default `memory`. */
  readonly name?: string;
}

const OF_A_DIRECTORY: StorageCapabilities = {
  createIfAbsent: true,
  replaceIfMatch: true,
  exclusive: true,
  metadata: false,
};

/** Makes an empty store. */
export function createMemoryStorage(options: MemoryStorageOptions = {}): Storage {
  const { clock = systemClock(), name = 'memory' } = options;
  const capabilities = { ...OF_A_DIRECTORY, ...options.capabilities };
  const objects = createMemoryObjects({
    clock,
    freshSeconds: capabilities.exclusive,
    keepMetadata: capabilities.metadata,
    etags: options.etags ?? 'writes',
  });
  let locked = false;

  const check = (key: string, { signal }: CallOptions): void => {
    signal?.throwIfAborted();
    checkKey(key, name);
  };
  const find = (key: string): { readonly info: ObjectInfo; readonly bytes: Uint8Array } => {
    const found = objects.get(key);
    if (found !== undefined) return found;
    throw new PakhusError('STORE_OBJECT_NOT_FOUND', `${name}: ${key}: no such object`, {
      details: { store: name, key },
    });
  };
  const checkMet = (key: string, { ifAbsent, ifMatch }: WriteOptions): void => {
    const found = objects.get(key);
    if (ifAbsent === true && found !== undefined)
      throw conflict(name, key, 'there is such an object already');
    if (ifMatch === undefined || found?.info.etag === ifMatch) return;
    throw conflict(
      name,
      key,
      found === undefined ? 'the object is gone' : 'the object was changed by somebody else',
    );
  };
  /** Without the capability the condition is looked at here, and another writer may come before the write. */
  const write = async (key: string, body: Body, call: WriteOptions): Promise<ObjectInfo> => {
    checkConditions(call);
    const isKept = call.ifAbsent === true ? capabilities.createIfAbsent : capabilities.replaceIfMatch;
    if (!isKept) checkMet(key, call);
    const bytes = await collectBody(body, { ...call, store: name, key });
    if (isKept) checkMet(key, call);
    return objects.put(key, bytes, call);
  };

  return {
    name,
    capabilities,

    stat: async (key, call = {}) => {
      check(key, call);
      return find(key).info;
    },

    read: async (key, call = {}) => {
      check(key, call);
      const { info, bytes } = find(key);
      const { start, end } = clampRange(bytes.length, call.range);
      return { info, body: chunks(bytes.subarray(start, end), call.signal) };
    },

    write: async (key, body, call = {}) => {
      check(key, call);
      return write(key, body, call);
    },

    copy: async (from, to, call = {}) => {
      check(from, call);
      check(to, call);
      const { info, bytes } = find(from);
      return write(to, bytes, keepsSource(call) ? { ...metadataOf(info), ...call } : call);
    },

    delete: async (key, call = {}) => {
      check(key, call);
      checkNotLate({ store: name, key, nowMs: clock.now() }, call);
      objects.delete(key);
    },

    list: async function* (prefix, { startAfter = '', signal } = {}) {
      signal?.throwIfAborted();
      checkPrefix(prefix, name);
      let after = startAfter;
      for (let isLast = false; !isLast; ) {
        const page = objects.page(prefix, { after, limit: PAGE });
        for (const info of page) {
          signal?.throwIfAborted();
          yield info;
          after = info.key;
        }
        isLast = page.length < PAGE;
      }
    },

    settle: async ({ signal } = {}) => signal?.throwIfAborted(),

    exclusive: capabilities.exclusive
      ? createExclusive({
          store: name,
          clock,
          pollMs: POLL_MS,
          holder: () => 'somebody',
          tryLock: () => {
            if (locked) return undefined;
            locked = true;
            return () => {
              locked = false;
            };
          },
        })
      : async () => {
          throw new PakhusError('STORE_UNSAFE', `${name}: has no lock`, { details: { store: name } });
        },
  };
}

function conflict(store: string, key: string, why: string): PakhusError {
  return new PakhusError('STORE_CONFLICT', `${store}: ${key}: ${why}`, { details: { store, key } });
}

async function* chunks(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    signal?.throwIfAborted();
    yield new Uint8Array(bytes.subarray(at, at + CHUNK_BYTES));
  }
}

/** A copy that is given none of the three takes the source's. */
function keepsSource({ contentType, cacheControl, meta }: WriteOptions): boolean {
  return contentType === undefined && cacheControl === undefined && meta === undefined;
}

function metadataOf({ contentType, cacheControl, meta }: ObjectInfo): WriteOptions {
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(meta === undefined ? {} : { meta }),
  };
}
