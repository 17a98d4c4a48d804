import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import { assertOutsideStore } from './outside-store.ts';

/**
 * ```
 * store/repo/   keys/   link-to-store → store   link-to-keys → keys
 * store/link-out → ../keys
 * ```
 */
async function makePlaces() {
  const dir = await createTempDir('outside');
  await mkdir(join(dir.path, 'store', 'repo'), { recursive: true });
  await mkdir(join(dir.path, 'keys'));
  await symlink('store', join(dir.path, 'link-to-store'));
  await symlink('keys', join(dir.path, 'link-to-keys'));
  await symlink('../keys', join(dir.path, 'store', 'link-out'));
  return dir;
}

test.each([
  ['keys/a', 'store'],
  ['a', 'store'],
  ['store-of-keys/a', 'store'],
  ['..keys/a', 'store'],
  ['link-to-keys/new/a', 'store'],
  ['store/link-out/a', 'store'],
  ['store/../keys/a', 'link-to-store'],
  ['keys/a', 'not/yet'],
])('%s is outside of %s', async (key, store) => {
  await using dir = await makePlaces();
  await expect(assertOutsideStore(join(dir.path, key), join(dir.path, store))).resolves.toBeUndefined();
});

test.each([
  ['store', 'store'],
  ['store/a', 'store'],
  ['store/repo/new/folders/a', 'store'],
  ['store/..a', 'store'],
  ['link-to-store/a', 'store'],
  ['store/a', 'link-to-store'],
  ['keys/../store/a', 'store'],
  ['not/yet/a', 'not/yet'],
  ['keys/a', '.'],
])('%s is inside of %s', async (key, store) => {
  await using dir = await makePlaces();
  const [keyPath, storeRoot] = [join(dir.path, key), join(dir.path, store)];
  await expect(assertOutsideStore(keyPath, storeRoot)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `Secret key ${keyPath} lies in the store ${storeRoot}, which clients read`,
  });
});
