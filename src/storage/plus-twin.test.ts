import { beforeEach, describe, expect, test } from 'vitest';
import { startFakeS3 } from '../../tests/support/fake-s3/fake-s3.ts';
import { memorySubject, testStorage } from '../../tests/support/storage-subjects.ts';
import { keysOf } from '../testing/storage-checks.ts';
import { createMemoryStorage } from './memory.ts';
import { openStorage } from './open-storage.ts';
import { plusTwins } from './plus-twin.ts';
import { readText } from './read-all.ts';
import type { Storage } from './storage.ts';

const KEY = 'pool/libstdc++6.deb';
const TWIN = 'pool/libstdc  6.deb';

describe('it keeps the promises of the port, for keys without a space', () => {
  testStorage(
    memorySubject({}, plusTwins),
    { 'every other key keeps its object apart from all others': 'a space stands for +' },
    ['content type, caching and metadata come back with the object, and go along with a copy'],
  );
});

let inner: Storage;
let storage: Storage;
beforeEach(() => {
  inner = createMemoryStorage({ capabilities: { metadata: true, exclusive: false } });
  storage = plusTwins(inner);
});

const textOf = (key: string): Promise<string> => readText(inner, key, { limitBytes: 100 });

test('an object with a plus has a twin, which nobody sees here', async () => {
  await storage.write(KEY, Buffer.from('1'), { contentType: 'x/y' });
  await storage.write('pool/plain.deb', Buffer.from('1'));
  expect(await textOf(TWIN)).toBe('1');
  expect((await inner.stat(TWIN)).contentType).toBe('x/y');
  expect(await keysOf(storage)).toEqual([KEY, 'pool/plain.deb']);
  await storage.write(KEY, Buffer.from('2'), { ifMatch: (await storage.stat(KEY)).etag });
  expect(await textOf(TWIN)).toBe('2');
  await storage.copy('pool/plain.deb', KEY);
  expect(await textOf(TWIN)).toBe('1');
  await storage.delete(KEY);
  expect(await keysOf(inner)).toEqual(['pool/plain.deb']);
});

test('a twin that a dead writer did not make is made by the next one', async () => {
  await inner.write(KEY, Buffer.from('1'));
  await expect(storage.write(KEY, Buffer.from('2'), { ifAbsent: true })).rejects.toMatchObject({
    code: 'STORE_CONFLICT',
  });
  expect(await textOf(TWIN)).toBe('1');
});

test('a write that is refused touches no twin', async () => {
  await storage.write(KEY, Buffer.from('1'));
  await expect(storage.write(KEY, Buffer.from('2'), { ifMatch: 'other' })).rejects.toMatchObject({
    code: 'STORE_CONFLICT',
  });
  await expect(storage.write(KEY, Buffer.from('2'), { ifAbsent: true })).rejects.toThrow();
  expect(await textOf(TWIN)).toBe('1');
});

test('keys with a space are refused by every call; the state keeps its own', async () => {
  for (const call of [
    () => storage.stat(TWIN),
    () => storage.read(TWIN),
    () => storage.write(TWIN, Buffer.from('')),
    () => storage.copy(TWIN, 'a'),
    () => storage.copy('a', TWIN),
    () => storage.delete(TWIN),
  ])
    await expect(call()).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
  await storage.write('.pakhus/a +b', Buffer.from('1'));
  expect(await keysOf(inner)).toEqual(['.pakhus/a +b']);
  expect(await keysOf(storage)).toEqual(['.pakhus/a +b']);
});

test('where a plus in a path is a space, whoever does not encode it gets the file all the same', async () => {
  await using server = await startFakeS3({ awsPaths: true });
  const store = await openStorage(`${server.location('apt')}&plus=twin&acl=public-read`, { env: server.env });
  await store.write(KEY, Buffer.from('hello'));
  for (const name of ['libstdc++6.deb', 'libstdc%2B%2B6.deb']) {
    const answer = await fetch(`${server.endpoint}/${server.bucket}/apt/pool/${name}`);
    expect([answer.status, await answer.text()]).toEqual([200, 'hello']);
  }
  await store.write('.pakhus/secret', Buffer.from('x'));
  expect((await fetch(`${server.endpoint}/${server.bucket}/apt/.pakhus/secret`)).status).toBe(403);
});
