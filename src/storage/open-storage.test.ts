import { mkdir } from 'node:fs/promises';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import { openStorage } from './open-storage.ts';

test('a path, relative or absolute, and a file URL open the same directory', async () => {
  await using dir = await createTempDir('open');
  await mkdir(`${dir.path}/a b`);
  const names = await Promise.all([
    openStorage(`${dir.path}/a b`),
    openStorage(relative('.', `${dir.path}/a b`)),
    openStorage('./a b', { base: dir.path }),
    openStorage('a b/', { base: dir.path }),
    openStorage(pathToFileURL(`${dir.path}/a b`).href),
  ]);
  expect(new Set(names.map(({ name }) => name))).toEqual(new Set([`${dir.path}/a b`]));
});

test.each([
  ['', 'no location'],
  ['s3://key:secret@bucket/prefix', 'bucket'],
  ['s3://bucket?colour=secret', 'colour'],
  ['https://user:secret@example.org', '"https:" is no kind of store'],
  ['file://other-host/srv', 'names no folder of this machine'],
])('%j is CONFIG_INVALID, exit code 2', async (location, why) => {
  const error = await openStorage(location).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2, message: expect.stringContaining(why) });
  expect(`${error}`).not.toContain('secret');
});

test('a directory that is not there is STORE_NOT_FOUND, exit code 10, or is made', async () => {
  await using dir = await createTempDir('open');
  const path = `${dir.path}/new/store`;
  await expect(openStorage(path)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND', exitCode: 10 });
  expect((await openStorage(path, { create: true })).name).toBe(path);
  expect((await openStorage(path)).capabilities).toEqual({
    createIfAbsent: true,
    replaceIfMatch: true,
    exclusive: true,
    metadata: false,
  });
});
