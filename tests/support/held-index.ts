import { createMemoryStorage } from '../../src/storage/memory.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';

/** The store as a client sees it that has read these objects already and will not read them again. */
export async function heldBy(store: Storage, ...keys: readonly string[]): Promise<Storage> {
  const held = createMemoryStorage();
  for (const key of keys) await held.write(key, await readBytes(store, key, { limitBytes: 100_000_000 }));
  const isHeld = new Set(keys);
  return { ...store, read: (key, options) => (isHeld.has(key) ? held : store).read(key, options) };
}
