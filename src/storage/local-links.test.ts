/** Symbolic links in a directory store: somebody may have put one anywhere. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import { bytesOf, keysOf, textAt } from '../testing/storage-checks.ts';
import { openLocalStorage } from './local.ts';
import type { Storage } from './storage.ts';

async function createStore() {
  const dir = await createTempDir('files');
  const root = `${dir.path}/store`;
  const storage = await openLocalStorage({ root, create: true });
  return { dir, root, storage, [Symbol.asyncDispose]: async () => dir[Symbol.asyncDispose]() };
}

const code = (expected: string) => expect.objectContaining({ code: expected });

/** Every call that could follow a link at `key`. */
const CALLS: readonly (readonly [string, (storage: Storage, key: string) => Promise<unknown>])[] = [
  ['stat', (storage, key) => storage.stat(key)],
  ['read', (storage, key) => storage.read(key)],
  ['write', (storage, key) => storage.write(key, bytesOf('evil'))],
  ['write, ifAbsent', (storage, key) => storage.write(key, bytesOf('evil'), { ifAbsent: true })],
  ['copy from', (storage, key) => storage.copy(key, 'elsewhere')],
  ['copy to', (storage, key) => storage.copy('good', key)],
  ['delete', (storage, key) => storage.delete(key)],
];

test.each(CALLS)('%s: a link is no object, wherever it leads', async (_name, call) => {
  await using store = await createStore();
  await writeFile(`${store.dir.path}/outside`, 'untouched');
  await store.storage.write('good', bytesOf('good'));
  await symlink('../outside', `${store.root}/leaving`);
  await symlink('good', `${store.root}/staying`);
  await symlink('../nothing', `${store.root}/dangling`);
  for (const key of ['leaving', 'staying', 'dangling']) {
    await expect(call(store.storage, key)).rejects.toMatchObject({
      code: 'STORE_PERMISSION',
      message: expect.stringContaining(`${store.root}: ${key}: it is a symbolic link`),
    });
  }
  expect(await readFile(`${store.dir.path}/outside`, 'utf8')).toBe('untouched');
  expect(existsSync(`${store.dir.path}/nothing`)).toBe(false);
  expect(await keysOf(store.storage)).toEqual(['good']);
});

test.each(CALLS)('%s: nothing is reached through a linked folder', async (_name, call) => {
  await using store = await createStore();
  const outside = `${store.dir.path}/outside`;
  await mkdir(`${outside}/sub`, { recursive: true });
  await writeFile(`${outside}/a`, 'untouched');
  await writeFile(`${outside}/sub/a`, 'untouched');
  await store.storage.write('good', bytesOf('good'));
  await symlink('../outside', `${store.root}/folder`);
  for (const key of ['folder/a', 'folder/sub/a']) {
    await expect(call(store.storage, key)).rejects.toMatchObject({
      code: 'STORE_PERMISSION',
      message: expect.stringContaining('links are not followed'),
    });
  }
  for (const key of ['folder/new', 'folder/new/a']) {
    await expect(store.storage.write(key, bytesOf('evil'))).rejects.toEqual(code('STORE_PERMISSION'));
  }
  expect(await readFile(`${outside}/a`, 'utf8')).toBe('untouched');
  expect(await readdir(outside)).toEqual(['a', 'sub']);
  expect(await keysOf(store.storage)).toEqual(['good']);
  await expect(keysOf(store.storage, 'folder/')).rejects.toEqual(code('STORE_PERMISSION'));
});

test.each(['.pakhus', '.pakhus/.local', '.pakhus/.local/tmp', '.pakhus/.local/names', '.pakhus/.local/lock'])(
  'a link at %s moves neither temporary files nor locks out of the store',
  async (name) => {
    await using store = await createStore();
    const outside = `${store.dir.path}/outside`;
    await mkdir(outside);
    await mkdir(dirname(`${store.root}/${name}`), { recursive: true });
    await symlink(outside, `${store.root}/${name}`);
    const work = name.endsWith('lock')
      ? store.storage.exclusive(async () => 1)
      : store.storage.write('a', bytesOf('x'));
    await expect(work).rejects.toEqual(code('STORE_PERMISSION'));
    expect(await readdir(outside)).toEqual([]);
    expect(existsSync(`${store.root}/a`)).toBe(false);
  },
);

test('the store itself may be reached through one', async () => {
  await using store = await createStore();
  await symlink('store', `${store.dir.path}/link`);
  await store.storage.write('a', bytesOf('x'));
  const linked = await openLocalStorage({ root: `${store.dir.path}/link` });
  expect(linked.name).toBe(`${store.dir.path}/link`);
  expect(await textAt(linked, 'a')).toBe('x');
});
