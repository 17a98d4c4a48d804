import { expect, test } from 'vitest';
import { keysOf } from '../../tests/support/test-repository.ts';
import { hideFolder } from './hide-folder.ts';
import { createMemoryStorage } from './memory.ts';
import { prefixStorage } from './prefix.ts';
import type { Storage } from './storage.ts';

const NOTHING = new Uint8Array();

async function prepare(): Promise<Storage> {
  const storage = createMemoryStorage();
  for (const key of ['.pakhus/a', '.pakhus-b', 'a', 'a/.pakhus/b']) await storage.write(key, NOTHING);
  return storage;
}

test('lists all but the folder', async () => {
  const hidden = hideFolder(await prepare(), '.pakhus');
  expect(await keysOf(hidden)).toEqual(['.pakhus-b', 'a', 'a/.pakhus/b']);
  expect(await keysOf(hidden, '.pakhus/')).toEqual([]);
});

const CALLS: readonly (readonly [name: string, call: (storage: Storage, key: string) => Promise<unknown>])[] =
  [
    ['stat', (storage, key) => storage.stat(key)],
    ['read', (storage, key) => storage.read(key)],
    ['write', (storage, key) => storage.write(key, NOTHING)],
    ['copy from', (storage, key) => storage.copy(key, 'x')],
    ['copy to', (storage, key) => storage.copy('a', key)],
    ['delete', (storage, key) => storage.delete(key)],
  ];

test.each(CALLS)('%s: refuses its keys, and those that try to get there', async (_name, call) => {
  const storage = await prepare();
  const hidden = hideFolder(storage, '.pakhus');
  for (const key of ['.pakhus', '.pakhus/a', './.pakhus/a', 'x/../.pakhus/a'])
    await expect(call(hidden, key)).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
  expect(await keysOf(prefixStorage(storage, '.pakhus'))).toEqual(['a']);
});
