import { checkKey } from './keys.ts';
import type { ListOptions, ObjectInfo, Storage } from './storage.ts';

/**
 * A view of the objects below `prefix/`, whose keys begin after it. The lock is the whole store's.
 * @param prefix A key without final slash; the empty string gives `storage` itself. STORE_KEY_INVALID.
 */
export function prefixStorage(storage: Storage, prefix: string): Storage {
  if (prefix === '') return storage;
  checkKey(prefix, storage.name);
  const name = `${storage.name}/${prefix}`;
  const inner = (key: string): string => {
    checkKey(key, name);
    return `${prefix}/${key}`;
  };
  const outer = (info: ObjectInfo): ObjectInfo => ({ ...info, key: info.key.slice(prefix.length + 1) });

  return {
    name,
    capabilities: storage.capabilities,
    stat: async (key, options) => outer(await storage.stat(inner(key), options)),
    read: async (key, options) => {
      const { info, body } = await storage.read(inner(key), options);
      return { info: outer(info), body };
    },
    write: async (key, body, options) => outer(await storage.write(inner(key), body, options)),
    copy: async (from, to, options) => outer(await storage.copy(inner(from), inner(to), options)),
    delete: async (key, options) => storage.delete(inner(key), options),
    list: async function* (start, options = {}) {
      for await (const info of storage.list(`${prefix}/${start}`, below(prefix, options))) yield outer(info);
    },
    settle: (options) => storage.settle(options),
    exclusive: (work, options) => storage.exclusive(work, options),
  };
}

/** The key of `key` below the folder `prefix`; the empty string is the store itself. */
export function joinPath(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}

function below(prefix: string, options: ListOptions): ListOptions {
  const { startAfter } = options;
  return startAfter === undefined ? options : { ...options, startAfter: `${prefix}/${startAfter}` };
}
