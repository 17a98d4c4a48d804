import { PakhusError } from '../core/pakhus-error.ts';
import { checkKey } from './keys.ts';
import type { ObjectInfo, Storage } from './storage.ts';

/**
 * A view of `storage` in which a folder at its top is not there: nothing of it is listed, and its keys are refused with
 * STORE_KEY_INVALID, whoever asks for them.
 */
export function hideFolder(storage: Storage, folder: string): Storage {
  const start = `${folder}/`;
  const checked = (key: string): string => {
    checkKey(key, storage.name);
    if (key !== folder && !key.startsWith(start)) return key;
    throw new PakhusError(
      'STORE_KEY_INVALID',
      `${storage.name}: ${key} lies in ${start}, which is not public`,
      {
        details: { store: storage.name },
      },
    );
  };
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: async (key, options) => storage.stat(checked(key), options),
    read: async (key, options) => storage.read(checked(key), options),
    write: async (key, body, options) => storage.write(checked(key), body, options),
    copy: async (from, to, options) => storage.copy(checked(from), checked(to), options),
    delete: async (key, options) => storage.delete(checked(key), options),
    list: async function* (prefix, options): AsyncGenerator<ObjectInfo> {
      for await (const info of storage.list(prefix, options)) if (!info.key.startsWith(start)) yield info;
    },
    settle: (options) => storage.settle(options),
    exclusive: (work, options) => storage.exclusive(work, options),
  };
}
