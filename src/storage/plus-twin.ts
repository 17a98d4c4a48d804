/**
 * Keys with `+` on Amazon S3.
 *
 * A client that asks for `/pool/libstdc++6.deb` should write `libstdc%2B%2B6.deb`; apt does, pacman, apk and wpkg do not. Amazon
 * takes a plain `+` in a path for a space, as it is in forms, and so looks for another object. There, every public object with a `+` in
 * its key gets a twin, the same object under the key that such a client reaches:
 *
 * ```
 *   pool/libstdc++6.deb   the object: what is read, listed and named in indexes
 *   pool/libstdc  6.deb   its twin, hidden from lists
 * ```
 * ```
 *   write    the object first, for its condition decides; then the twin, by a copy within the store
 *   refused  because the object is there: a twin that a dead writer did not make is made now
 *   delete   the twin first: as long as the object is there, somebody will delete it again
 * ```
 * Keys with a space are therefore nobody's own: STORE_KEY_INVALID, and lists pass them by. The state (`.pakhus/`) has no twins.
 */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { ObjectInfo, Storage, WriteOptions } from './storage.ts';

const PRIVATE_FOLDER = '.pakhus/';

/** The same store, for clients that do not encode `+`. */
export function plusTwins(storage: Storage): Storage {
  /** Key of the twin; undefined: it needs none. */
  const twinOf = (key: string): string | undefined => {
    if (key.startsWith(PRIVATE_FOLDER)) return undefined;
    if (key.includes(' ')) throw isTwin(storage.name, key);
    return key.includes('+') ? key.replaceAll('+', ' ') : undefined;
  };
  /** Runs a write of `key`, and sees to its twin whether it was written now or before. */
  const withTwin = async (
    key: string,
    options: WriteOptions,
    write: () => Promise<ObjectInfo>,
  ): Promise<ObjectInfo> => {
    const twin = twinOf(key);
    if (twin === undefined) return write();
    const call = options.signal === undefined ? {} : { signal: options.signal };
    try {
      const info = await write();
      await storage.copy(key, twin, call);
      return info;
    } catch (error) {
      if (
        options.ifAbsent === true &&
        hasCode(error, 'STORE_CONFLICT') &&
        !(await isThere(storage, twin, call))
      )
        await storage.copy(key, twin, call);
      throw error;
    }
  };

  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: async (key, call) => {
      twinOf(key);
      return storage.stat(key, call);
    },
    read: async (key, call) => {
      twinOf(key);
      return storage.read(key, call);
    },
    write: async (key, body, call = {}) => withTwin(key, call, () => storage.write(key, body, call)),
    copy: async (from, to, call = {}) => {
      twinOf(from);
      return withTwin(to, call, () => storage.copy(from, to, call));
    },
    delete: async (key, call) => {
      const twin = twinOf(key);
      if (twin !== undefined) await storage.delete(twin, call);
      await storage.delete(key, call);
    },
    list: async function* (prefix, call) {
      for await (const info of storage.list(prefix, call)) {
        if (!info.key.includes(' ') || info.key.startsWith(PRIVATE_FOLDER)) yield info;
      }
    },
    settle: (call) => storage.settle(call),
    exclusive: (work, call) => storage.exclusive(work, call),
  };
}

async function isThere(
  storage: Storage,
  key: string,
  call: { readonly signal?: AbortSignal },
): Promise<boolean> {
  try {
    await storage.stat(key, call);
    return true;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
    throw error;
  }
}

function isTwin(store: string, key: string): PakhusError {
  return new PakhusError(
    'STORE_KEY_INVALID',
    `${store}: key ${key} has a space, which stands for "+" there`,
    {
      details: { store, key },
    },
  );
}
