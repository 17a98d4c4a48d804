import { collectBody } from '../../../src/storage/collect-body.ts';
import { readBytes } from '../../../src/storage/read-all.ts';
import type { ObjectInfo, Storage } from '../../../src/storage/storage.ts';

/** What happened to an object. */
export type StoreChange =
  | { readonly type: 'put'; readonly key: string; readonly bytes: Uint8Array; readonly info: ObjectInfo }
  | { readonly type: 'delete'; readonly key: string };

/** The same store, telling of every change when it is done, before anybody can make another. */
export function watchStorage(storage: Storage, onChange: (change: StoreChange) => void): Storage {
  return {
    ...storage,
    write: async (key, body, options = {}) => {
      const bytes = await collectBody(body, { ...options, store: storage.name, key });
      const info = await storage.write(key, bytes, options);
      onChange({ type: 'put', key, bytes, info });
      return info;
    },
    copy: async (from, to, options) => {
      const info = await storage.copy(from, to, options);
      const bytes = await readBytes(storage, to, { limitBytes: info.sizeBytes });
      onChange({ type: 'put', key: to, bytes, info });
      return info;
    },
    delete: async (key, options) => {
      await storage.delete(key, options);
      onChange({ type: 'delete', key });
    },
  };
}
