import type { Clock } from '../core/clock.ts';
import { sha256Hex } from '../core/digest.ts';
import { compareKeys } from './keys.ts';
import type { ObjectInfo, WriteOptions } from './storage.ts';

/** One object, whole. */
interface MemoryObject {
  readonly info: ObjectInfo;
  readonly bytes: Uint8Array;
}

/** The objects of a store in memory. Each call is one step: nobody sees half of it. */
export interface MemoryObjects {
  get(key: string): MemoryObject | undefined;
  /** Keeps `bytes` as they are: the caller hands them over. */
  put(key: string, bytes: Uint8Array, options: WriteOptions): ObjectInfo;
  delete(key: string): void;
  /** At most `limit` objects that start with `prefix` and come after `after`, without what lists do not tell of them. */
  page(prefix: string, where: { readonly after: string; readonly limit: number }): readonly ObjectInfo[];
}

export interface MemoryObjectsOptions {
  readonly clock: Clock;
  /** A name that is written again gets a new whole second; otherwise all dates are the clock's whole second. */
  readonly freshSeconds: boolean;
  readonly keepMetadata: boolean;
  readonly etags: 'writes' | 'content';
}

export function createMemoryObjects({
  clock,
  freshSeconds,
  keepMetadata,
  etags,
}: MemoryObjectsOptions): MemoryObjects {
  const objects = new Map<string, MemoryObject>();
  let sorted: readonly string[] | undefined;
  let writes = 0;

  const dateOf = (key: string, ifAbsent: boolean | undefined): number => {
    const now = clock.now();
    const wholeSecond = now - (now % 1000);
    if (!freshSeconds) return wholeSecond;
    if (ifAbsent === true) return now;
    const old = objects.get(key)?.info.modifiedMs;
    return old === undefined ? wholeSecond : Math.max(wholeSecond, old - (old % 1000) + 1000);
  };
  const sortedKeys = (): readonly string[] => {
    sorted ??= [...objects.keys()].sort(compareKeys);
    return sorted;
  };

  return {
    get: (key) => objects.get(key),

    put: (key, bytes, { ifAbsent, contentType, cacheControl, meta }) => {
      if (!objects.has(key)) sorted = undefined;
      const info: ObjectInfo = {
        key,
        sizeBytes: bytes.length,
        modifiedMs: dateOf(key, ifAbsent),
        etag: etags === 'content' ? sha256Hex(bytes) : `e${++writes}`,
        ...(keepMetadata && contentType !== undefined ? { contentType } : {}),
        ...(keepMetadata && cacheControl !== undefined ? { cacheControl } : {}),
        ...(keepMetadata && meta !== undefined ? { meta: { ...meta } } : {}),
      };
      objects.set(key, { info, bytes });
      return info;
    },

    delete: (key) => {
      if (objects.delete(key)) sorted = undefined;
    },

    page: (prefix, { after, limit }) => {
      const keys = sortedKeys();
      const found: ObjectInfo[] = [];
      const isAfter = compareKeys(prefix, after) > 0;
      for (let i = isAfter ? lowerBound(keys, prefix) : upperBound(keys, after); i < keys.length; i++) {
        const object = objects.get(keys[i] ?? '');
        if (object === undefined || !object.info.key.startsWith(prefix) || found.length === limit) break;
        found.push(listed(object.info));
      }
      return found;
    },
  };
}

/** Metadata comes with an object, and not with a list. */
function listed({ key, sizeBytes, modifiedMs, etag }: ObjectInfo): ObjectInfo {
  return { key, sizeBytes, modifiedMs, etag };
}

/** Index of the first key that is not before `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  return firstIndex(keys, (candidate) => compareKeys(candidate, key) >= 0);
}

/** Index of the first key after `key`. */
function upperBound(keys: readonly string[], key: string): number {
  return firstIndex(keys, (candidate) => compareKeys(candidate, key) > 0);
}

function firstIndex(keys: readonly string[], isReached: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isReached(keys[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
