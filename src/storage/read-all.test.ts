import { expect, test } from 'vitest';
import { createMemoryStorage } from './memory.ts';
import { readBytes, readText } from './read-all.ts';
import type { Storage } from './storage.ts';

test('readBytes gives the whole object, whatever pieces it comes in', async () => {
  const store = createMemoryStorage();
  const bytes = Buffer.alloc(200_000, 'abc');
  await store.write('large', bytes);
  expect(Buffer.compare(await readBytes(store, 'large', { limitBytes: 200_000 }), bytes)).toBe(0);
});

test('an object over the limit is not read', async () => {
  const store = createMemoryStorage({ name: 'shelf' });
  await store.write('large', Buffer.alloc(11));
  await expect(readBytes(store, 'large', { limitBytes: 10 })).rejects.toMatchObject({
    code: 'STORE_OBJECT_TOO_LARGE',
    message: 'shelf: large is larger than the 10 bytes that are read of it',
  });
});

/** A store whose object says that it has 3 bytes. */
function lying(body: readonly string[]): Storage {
  const store = createMemoryStorage();
  return {
    ...store,
    read: async (key) => ({
      info: { key, sizeBytes: 3, modifiedMs: 0, etag: 'x' },
      body: (async function* () {
        for (const chunk of body) yield Buffer.from(chunk);
      })(),
    }),
  };
}

test('a body that goes on over the limit, or ends early, is noticed', async () => {
  await expect(readBytes(lying(['ab', 'cdef']), 'a', { limitBytes: 5 })).rejects.toMatchObject({
    code: 'STORE_OBJECT_TOO_LARGE',
  });
  await expect(readBytes(lying(['ab']), 'a', { limitBytes: 5 })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: 'memory: a ended after 2 of 3 bytes',
  });
});

test('readText gives text as it is, a byte order mark too, and refuses what is no UTF-8', async () => {
  const store = createMemoryStorage();
  await store.write('good', Buffer.from('\ufeffgrüezi'));
  await store.write('bad', Buffer.from([0x61, 0xff]));
  expect(await readText(store, 'good', { limitBytes: 100 })).toBe('\ufeffgrüezi');
  await expect(readText(store, 'bad', { limitBytes: 100 })).rejects.toMatchObject({
    code: 'STORE_OBJECT_CORRUPT',
  });
});
