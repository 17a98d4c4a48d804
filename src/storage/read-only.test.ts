import { expect, test } from 'vitest';
import { allOf } from '../testing/storage-checks.ts';
import { createMemoryStorage } from './memory.ts';
import { readText } from './read-all.ts';
import { readOnlyStorage } from './read-only.ts';

test('a read-only store reads, and refuses every change with STORE_PERMISSION, exit code 4', async () => {
  const store = createMemoryStorage({ name: 'shelf' });
  const { etag } = await store.write('a', Buffer.from('abc'));
  const storage = readOnlyStorage(store);

  const refused = [
    storage.write('b', Buffer.from('x')),
    storage.write('a', Buffer.from('x'), { ifMatch: etag }),
    storage.copy('a', 'b'),
    storage.delete('a'),
    storage.exclusive(async () => 1),
  ];
  for (const call of refused) {
    await expect(call).rejects.toMatchObject({
      code: 'STORE_PERMISSION',
      exitCode: 4,
      message: expect.stringMatching(/^shelf.*opened for reading only$/),
    });
  }
  await storage.settle();
  expect(await readText(storage, 'a', { limitBytes: 10 })).toBe('abc');
  expect(await allOf(storage.list(''))).toEqual([await storage.stat('a')]);
});
