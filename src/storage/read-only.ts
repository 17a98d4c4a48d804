import { PakhusError } from '../core/pakhus-error.ts';
import type { Storage } from './storage.ts';

/**
 * The same store, to look at only: writes, copies, deletes and `exclusive` fail with STORE_PERMISSION.
 * `settle` has nothing to do.
 */
export function readOnlyStorage(storage: Storage): Storage {
  const refuse = async (key?: string): Promise<never> => {
    const what = key === undefined ? storage.name : `${storage.name}: ${key}`;
    throw new PakhusError('STORE_PERMISSION', `${what}: the store was opened for reading only`, {
      details: { store: storage.name, key },
    });
  };
  return {
    name: storage.name,
    capabilities: storage.capabilities,
    stat: (key, options) => storage.stat(key, options),
    read: (key, options) => storage.read(key, options),
    list: (prefix, options) => storage.list(prefix, options),
    write: (key) => refuse(key),
    copy: (_from, to) => refuse(to),
    delete: (key) => refuse(key),
    settle: async () => undefined,
    exclusive: () => refuse(),
  };
}
