import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { keysOf } from '../../../tests/support/test-repository.ts';
import { sha256Hex } from '../../core/digest.ts';
import { createMemoryStorage } from '../../storage/memory.ts';
import { readBytes } from '../../storage/read-all.ts';
import type { Storage } from '../../storage/storage.ts';
import { holds, type StoreTask, storePackage } from './store-package.ts';

const SMALL = Buffer.from('a small package');
/** Files above a mebibyte are streamed. */
const LARGE = Buffer.alloc(3 * 1024 * 1024, 'large');
const PATH = 'pool/h/hello.deb';
const APART = 'pool/h/0123456789ab/hello.deb';

/** A file on this machine and the task that stores it. */
async function fileOf(bytes: Uint8Array, task: Partial<StoreTask> = {}) {
  const dir = await createTempDir('store');
  const source = join(dir.path, 'hello.deb');
  await writeFile(source, bytes);
  const made: StoreTask = {
    source,
    sizeBytes: bytes.length,
    sha256: sha256Hex(bytes),
    path: PATH,
    apartPath: APART,
    named: false,
    ...task,
  };
  return { source, task: made, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}

async function textAt(tree: Storage, key: string): Promise<string> {
  return Buffer.from(await readBytes(tree, key, { limitBytes: 10_000_000 })).toString();
}

describe.each([
  ['a small file', SMALL],
  ['a large file', LARGE],
])('%s', (_what, bytes) => {
  test('goes to its path', async () => {
    await using file = await fileOf(bytes);
    const tree = createMemoryStorage();
    expect(await storePackage(tree, file.task)).toBe(PATH);
    expect(await holds(tree, file.task)).toBe(true);
    expect(await keysOf(tree)).toEqual([PATH]);
  });

  test('stays as it is when the same bytes are there', async () => {
    await using file = await fileOf(bytes);
    const tree = createMemoryStorage();
    const { etag } = await tree.write(PATH, bytes);
    expect(await storePackage(tree, file.task)).toBe(PATH);
    expect((await tree.stat(PATH)).etag).toBe(etag);
  });

  test('goes apart when other bytes are there, which stay', async () => {
    await using file = await fileOf(bytes);
    const tree = createMemoryStorage();
    await tree.write(PATH, Buffer.from('of another channel'));
    expect(await storePackage(tree, file.task)).toBe(APART);
    expect(await textAt(tree, PATH)).toBe('of another channel');
    expect(await holds(tree, { ...file.task, path: APART })).toBe(true);
  });

  test('goes apart once: the second time it is there', async () => {
    await using file = await fileOf(bytes);
    const tree = createMemoryStorage();
    await tree.write(PATH, Buffer.from('of another channel'));
    await storePackage(tree, file.task);
    const { etag } = await tree.stat(APART);
    expect(await storePackage(tree, file.task)).toBe(APART);
    expect((await tree.stat(APART)).etag).toBe(etag);
  });

  test('replaces damage at the path apart, whose name says what belongs there', async () => {
    await using file = await fileOf(bytes);
    const tree = createMemoryStorage();
    await tree.write(PATH, Buffer.from('of another channel'));
    await tree.write(APART, Buffer.from('damage'));
    expect(await storePackage(tree, file.task)).toBe(APART);
    expect(await holds(tree, { ...file.task, path: APART })).toBe(true);
  });

  test.each([
    ['missing', undefined],
    ['cut short', bytes.subarray(1)],
    ['of the same size', Buffer.alloc(bytes.length)],
  ])('is put back where the newest revision names it: %s', async (_how, there) => {
    await using file = await fileOf(bytes, { named: true });
    const tree = createMemoryStorage();
    if (there !== undefined) await tree.write(PATH, there);
    expect(await storePackage(tree, file.task)).toBe(PATH);
    expect(await holds(tree, file.task)).toBe(true);
    expect(await keysOf(tree)).toEqual([PATH]);
  });

  test.each([
    ['other bytes', async (source: string) => writeFile(source, Buffer.alloc(bytes.length, '!'))],
    ['cut short', async (source: string) => truncate(source, bytes.length - 1)],
    ['longer', async (source: string) => writeFile(source, Buffer.concat([bytes, SMALL]))],
  ])('that changed since it was read leaves nothing: %s', async (_how, change) => {
    await using file = await fileOf(bytes);
    const tree = createMemoryStorage();
    await change(file.source);
    await expect(storePackage(tree, file.task)).rejects.toMatchObject({
      code: 'PACKAGE_CHANGED',
      message: expect.stringContaining(file.source),
    });
    expect(await keysOf(tree)).toEqual([]);
  });
});
