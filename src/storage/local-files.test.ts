import { chmod, lstat, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../tests/support/run-command.ts';
import { startStorageProcess } from '../../tests/support/storage-process.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { bytesOf, keysOf } from '../testing/storage-checks.ts';
import { openLocalStorage } from './local.ts';

async function createStore() {
  const dir = await createTempDir('files');
  const root = `${dir.path}/store`;
  const storage = await openLocalStorage({ root, create: true });
  return { dir, root, storage, [Symbol.asyncDispose]: async () => dir[Symbol.asyncDispose]() };
}

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('modes', () => {
  test('objects and folders are for a web server to read, the state is not, whatever the umask says', async () => {
    await using store = await createStore();
    await startStorageProcess(
      store.root,
      `await storage.write('pool/a/b', Buffer.from('x'), { ifAbsent: true });
       await storage.write('dists/c', Buffer.from('x'));
       await storage.copy('dists/c', 'copy/d');
       await storage.write('.pakhus/tools/log/1', Buffer.from('x'), { ifAbsent: true });`,
      { before: 'process.umask(0o077);' },
    ).rest();
    const mode = async (key: string) => ((await stat(`${store.root}/${key}`)).mode & 0o7777).toString(8);
    for (const key of ['pool/a/b', 'dists/c', 'copy/d']) expect(await mode(key)).toBe('644');
    for (const key of ['pool', 'pool/a', 'dists', 'copy']) expect(await mode(key)).toBe('755');
    expect(await mode('.pakhus')).toBe('700');
  });

  test('a copy of a private file is as public as any object, and shares no inode with it', async () => {
    await using store = await createStore();
    await writeFile(`${store.root}/private`, 'x', { mode: 0o400 });
    await store.storage.copy('private', 'copy');
    const [from, to] = await Promise.all(['private', 'copy'].map((key) => stat(`${store.root}/${key}`)));
    expect(to?.mode.toString(8)).toBe('100644');
    expect(to?.ino).not.toBe(from?.ino);
    expect(to?.nlink).toBe(1);
  });

  test('a state folder that is there keeps its mode', async () => {
    await using store = await createStore();
    await mkdir(`${store.root}/.pakhus`);
    await chmod(`${store.root}/.pakhus`, 0o750);
    await store.storage.write('a', bytesOf('x'));
    expect((await stat(`${store.root}/.pakhus`)).mode & 0o777).toBe(0o750);
  });
});

describe('dates', () => {
  test('a file from the future is followed by the second after it', async () => {
    await using store = await createStore();
    await store.storage.write('a', bytesOf('1'));
    const future = Math.floor(Date.now() / 1000) + 86_400;
    await utimes(`${store.root}/a`, future, future + 0.7);
    expect((await store.storage.write('a', bytesOf('2'))).modifiedMs).toBe((future + 1) * 1000);
  });
});

describe('what else lies in a directory', () => {
  test('a pipe is no object, and nobody waits for it', async () => {
    await using store = await createStore();
    await runCommand(['mkfifo', `${store.root}/pipe`]);
    for (const call of [
      () => store.storage.read('pipe'),
      () => store.storage.stat('pipe'),
      () => store.storage.copy('pipe', 'b'),
      () => store.storage.write('pipe', bytesOf('x')),
      () => store.storage.delete('pipe'),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'STORE_PERMISSION',
        message: expect.stringContaining('neither a file nor a folder'),
      });
    }
    expect(await keysOf(store.storage)).toEqual([]);
  });

  test('names that no key has are passed by', async () => {
    await using store = await createStore();
    await store.storage.write('a', bytesOf('x'));
    for (const name of ['tab\there', 'back\\slash', Buffer.from([0x66, 0xff])]) {
      await writeFile(Buffer.concat([Buffer.from(`${store.root}/`), Buffer.from(name)]), 'x');
    }
    await mkdir(`${store.root}/new\nline`);
    await writeFile(`${store.root}/new\nline/a`, 'x');
    expect(await keysOf(store.storage)).toEqual(['a']);
  });

  test('a folder and an object cannot have one name', async () => {
    await using store = await createStore();
    await store.storage.write('a/b', bytesOf('x'));
    const calls = [
      () => store.storage.write('a', bytesOf('x')),
      () => store.storage.write('a', bytesOf('x'), { ifAbsent: true }),
      () => store.storage.copy('a/b', 'a'),
      () => store.storage.write('a/b/c', bytesOf('x')),
      () => store.storage.write('a/b/c/d', bytesOf('x'), { ifAbsent: true }),
    ];
    for (const call of calls) await expect(call()).rejects.toEqual(code('STORE_KEY_INVALID'));
    expect(await keysOf(store.storage)).toEqual(['a/b']);
  });

  test('an empty folder is in nobody’s way', async () => {
    await using store = await createStore();
    await mkdir(`${store.root}/a`);
    await mkdir(`${store.root}/b`);
    await store.storage.write('a', bytesOf('x'), { ifAbsent: true });
    await store.storage.write('b', bytesOf('x'));
    expect(await keysOf(store.storage)).toEqual(['a', 'b']);
  });

  test('folders go with their last object', async () => {
    await using store = await createStore();
    await store.storage.write('inbox/me/1/file', bytesOf('x'));
    await store.storage.write('inbox/you/1/file', bytesOf('x'));
    await store.storage.delete('inbox/me/1/file');
    expect(await readdir(`${store.root}/inbox`)).toEqual(['you']);
    await store.storage.delete('inbox/you/1/file');
    expect(await readdir(store.root)).toEqual(['.pakhus']);
    await store.storage.write('inbox/me/2/file', bytesOf('x'));
  });

  test('folders that somebody removes in between are made again', async () => {
    await using store = await createStore();
    await store.storage.write('a/b/1', bytesOf('x'), { ifAbsent: true });
    await rm(`${store.root}/a`, { recursive: true });
    await store.storage.write('a/b/2', bytesOf('x'), { ifAbsent: true });
    await rm(`${store.root}/a`, { recursive: true });
    await rm(`${store.root}/.pakhus`, { recursive: true });
    await store.storage.write('a/b/3', bytesOf('x'));
    await rm(`${store.root}/.pakhus`, { recursive: true });
    await store.storage.write('a/b/4', bytesOf('x'), { ifAbsent: true });
    await rm(`${store.root}/.pakhus`, { recursive: true });
    await store.storage.copy('a/b/4', 'a/c/5', { ifAbsent: true });
    expect(await keysOf(store.storage)).toEqual(['a/b/3', 'a/b/4', 'a/c/5']);
  });
});

describe('the driver’s own folder', () => {
  test('is no key and in no list', async () => {
    await using store = await createStore();
    await store.storage.write('.pakhus/tools/log/1', bytesOf('x'));
    for (const key of ['.pakhus/.local', '.pakhus/.local/names', '.pakhus/.local/tmp/x']) {
      for (const call of [
        () => store.storage.stat(key),
        () => store.storage.write(key, bytesOf('x')),
        () => store.storage.delete(key),
      ]) {
        await expect(call()).rejects.toMatchObject({
          code: 'STORE_KEY_INVALID',
          message: expect.stringContaining('kept for temporary files and locks'),
        });
      }
    }
    for (const prefix of ['', '.pakhus/', '.pakhus/.']) {
      expect(await keysOf(store.storage, prefix)).toEqual(
        prefix.endsWith('.') ? [] : ['.pakhus/tools/log/1'],
      );
    }
    expect(await keysOf(store.storage, '.pakhus/.local/')).toEqual([]);
    expect(await keysOf(store.storage, '.pakhus/.local/tmp/')).toEqual([]);
  });

  test('what a dead process left there a day ago is removed, what is younger stays', async () => {
    await using store = await createStore();
    const tmp = `${store.root}/.pakhus/.local/tmp`;
    await mkdir(tmp, { recursive: true });
    await writeFile(`${tmp}/old`, 'x');
    await writeFile(`${tmp}/young`, 'x');
    await utimes(`${tmp}/old`, new Date(), new Date(Date.now() - 25 * 3600 * 1000));
    await store.storage.write('a', bytesOf('x'));
    expect(await readdir(tmp)).toEqual(['young']);
  });

  test('a lock file that is not ours is named, with what to do', async () => {
    await using store = await createStore();
    await store.storage.write('a', bytesOf('x'));
    await writeFile(
      `${store.root}/.pakhus/.local/lock`,
      'not a database, but long enough to look at'.repeat(50),
    );
    await expect(store.storage.exclusive(async () => 1)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(`${store.root}/.pakhus/.local/lock`),
      hint: expect.stringContaining('delete it'),
    });
  });
});

describe('the directory', () => {
  test('must be there, and be one', async () => {
    await using store = await createStore();
    await writeFile(`${store.dir.path}/file`, 'x');
    for (const name of ['missing', 'file', 'file/below']) {
      await expect(openLocalStorage({ root: `${store.dir.path}/${name}` })).rejects.toMatchObject({
        code: 'STORE_NOT_FOUND',
        exitCode: 10,
        message: expect.stringContaining(`${store.dir.path}/${name}`),
      });
    }
    await expect(openLocalStorage({ root: `${store.dir.path}/file`, create: true })).rejects.toEqual(
      code('STORE_NOT_FOUND'),
    );
  });

  test.each(['removed', 'replaced by another'])(
    'when it is %s, the store is gone, not empty',
    async (how) => {
      await using store = await createStore();
      await store.storage.write('a/b', bytesOf('x'));
      await rename(store.root, `${store.dir.path}/unmounted`);
      if (how !== 'removed') await mkdir(store.root);
      const calls = [
        () => store.storage.stat('a/b'),
        () => store.storage.stat('c'),
        () => store.storage.read('c'),
        () => store.storage.write('c', bytesOf('x'), { ifAbsent: true }),
        () => store.storage.write('c', bytesOf('x')),
        () => store.storage.delete('d/e'),
        () => keysOf(store.storage, 'c/'),
        () => keysOf(store.storage, ''),
      ];
      for (const call of calls) await expect(call()).rejects.toEqual(code('STORE_NOT_FOUND'));
      expect(await keysOf(await openLocalStorage({ root: `${store.dir.path}/unmounted` }))).toEqual(['a/b']);
    },
  );

  test('nothing is written before the first write', async () => {
    await using store = await createStore();
    await keysOf(store.storage);
    await store.storage.stat('a').catch(() => undefined);
    await store.storage.delete('a');
    await store.storage.delete('a/b');
    expect(await readdir(store.root)).toEqual([]);
    expect((await lstat(store.root)).isDirectory()).toBe(true);
  });
});
