import { describe, expect, test } from 'vitest';
import { localSubject, memorySubject, testStorage } from '../../tests/support/storage-subjects.ts';
import { allOf } from '../testing/storage-checks.ts';
import { createMemoryStorage } from './memory.ts';
import { prefixStorage } from './prefix.ts';

test('a view shows the objects below its prefix, under the rest of their keys', async () => {
  const store = createMemoryStorage();
  for (const key of ['deb', 'deb-old/a', 'deb/a', 'deb/b/c', 'debian'])
    await store.write(key, Buffer.from(key));
  const view = prefixStorage(store, 'deb');
  const keys = async (prefix: string, startAfter?: string) => {
    const listed = view.list(prefix, startAfter === undefined ? {} : { startAfter });
    return (await allOf(listed)).map(({ key }) => key);
  };
  expect(await keys('')).toEqual(['a', 'b/c']);
  expect(await keys('', 'a')).toEqual(['b/c']);
  expect(await keys('b/')).toEqual(['b/c']);
  expect(view.name).toBe('memory/deb');
  expect(await view.copy('a', 'b/d')).toMatchObject({ key: 'b/d' });
  expect(await store.stat('deb/b/d')).toMatchObject({ sizeBytes: 5 });
});

test('no key of a view leads out of it', async () => {
  const store = createMemoryStorage();
  await store.write('secret', Buffer.from('x'));
  const view = prefixStorage(store, 'deb');
  for (const key of ['../secret', '', '/secret', 'a/../../secret']) {
    await expect(view.stat(key)).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
  }
  await expect(allOf(view.list('../'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
  expect(() => prefixStorage(store, '../x')).toThrowError(
    expect.objectContaining({ code: 'STORE_KEY_INVALID' }),
  );
});

test('an empty prefix is the store itself', () => {
  const store = createMemoryStorage();
  expect(prefixStorage(store, '')).toBe(store);
});

const NO_METADATA = [
  'content type, caching and metadata come back with the object, and go along with a copy',
];
/** 1,024 bytes are for the whole key. */
const below = (prefix: string) => (storage: Parameters<typeof prefixStorage>[0]) =>
  prefixStorage(storage, prefix);

describe('a view keeps the promises of the port', () => {
  testStorage(memorySubject({ metadata: true }, below('a/b')));
});

describe('a view of a directory keeps the promises of the port', () => {
  testStorage(localSubject(below('.pakhus/tools')), {}, NO_METADATA);
});
