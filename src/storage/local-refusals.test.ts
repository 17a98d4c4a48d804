/** A directory that takes no more: full, read-only, not ours, or on a file system where two writers cannot be kept apart. */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runCommand, succeeded } from '../../tests/support/run-command.ts';
import { describeWith, type Lack } from '../../tests/support/skip.ts';
import { startStorageProcess } from '../../tests/support/storage-process.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { bodyOf, bytesOf, keysOf, textAt } from '../testing/storage-checks.ts';
import { openLocalStorage } from './local.ts';
import type { Storage } from './storage.ts';

/** The user that owns nothing. */
const NOBODY = 65_534;

async function lackOfMounts(): Promise<Lack> {
  await using dir = await createTempDir('mount');
  const { code } = await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir.path]);
  if (code !== 0) return 'needs the right to mount';
  succeeded(await runCommand(['umount', dir.path]));
  return undefined;
}

/** A file system of its own, of 512 KiB. */
async function mountSmall() {
  const dir = await createTempDir('small');
  succeeded(await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', dir.path]));
  const storage = await openLocalStorage({ root: dir.path });
  return {
    path: dir.path,
    storage,
    remount: async (how: string) => succeeded(await runCommand(['mount', '-o', `remount,${how}`, dir.path])),
    [Symbol.asyncDispose]: async () => {
      succeeded(await runCommand(['umount', dir.path]));
      await dir[Symbol.asyncDispose]();
    },
  };
}

const WRITES: readonly (readonly [string, (storage: Storage, bytes: Uint8Array) => Promise<unknown>])[] = [
  ['a new object', (storage, bytes) => storage.write('new/a', bytes, { ifAbsent: true })],
  ['a replaced object', (storage, bytes) => storage.write('old', bytes)],
  [
    'a large new object',
    (storage, bytes) => storage.write('new/a', bodyOf([bytes, bytes, bytes]), { ifAbsent: true }),
  ],
  ['a copy', (storage) => storage.copy('half', 'new/a')],
  ['a large replaced object', (storage, bytes) => storage.write('old', bodyOf([bytes, bytes, bytes]))],
];

describeWith('a file system of its own', await lackOfMounts(), () => {
  test.each(WRITES)('full, %s: STORE_FULL, and all is as it was', async (_name, write) => {
    await using disk = await mountSmall();
    await disk.storage.write('old', bytesOf('old'));
    await disk.storage.write('half', Buffer.alloc(300_000, 'x'));
    await expect(write(disk.storage, Buffer.alloc(400_000, 'y'))).rejects.toMatchObject({
      code: 'STORE_FULL',
      message: expect.stringContaining(disk.path),
      hint: expect.any(String),
    });
    expect(await textAt(disk.storage, 'old')).toBe('old');
    expect(await keysOf(disk.storage)).toEqual(['half', 'old']);
    expect(await readdir(`${disk.path}/.pakhus/.local/tmp`)).toEqual([]);
    await disk.storage.delete('half');
    await disk.storage.write('old', Buffer.alloc(400_000, 'y'));
  });

  test.each(WRITES)('read-only, %s: STORE_PERMISSION, and reading goes on', async (_name, write) => {
    await using disk = await mountSmall();
    await disk.storage.write('old', bytesOf('old'));
    await disk.storage.write('half', Buffer.alloc(100_000, 'x'));
    await disk.remount('ro');
    const storage = await openLocalStorage({ root: disk.path });
    const calls = [
      () => write(storage, bytesOf('x')),
      () => storage.delete('old'),
      () => storage.exclusive(async () => 1),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: 'STORE_PERMISSION',
        message: expect.stringMatching(/^\/.*read-only \(EROFS\)$/),
      });
    }
    expect(await textAt(storage, 'old')).toBe('old');
  });

  test('a folder that is another file system is refused, for it cannot be written in one step', async () => {
    await using disk = await mountSmall();
    await using dir = await createTempDir('outer');
    const storage = await openLocalStorage({ root: dir.path });
    await mkdir(`${dir.path}/pool`);
    succeeded(await runCommand(['mount', '--bind', disk.path, `${dir.path}/pool`]));
    try {
      for (const call of [{}, { ifAbsent: true }]) {
        await expect(storage.write('pool/a', bytesOf('x'), call)).rejects.toMatchObject({
          code: 'STORE_PERMISSION',
          message: expect.stringContaining('is another file system'),
        });
      }
      expect(await keysOf(storage)).toEqual([]);
    } finally {
      succeeded(await runCommand(['umount', `${dir.path}/pool`]));
    }
  });
});

test('a directory of somebody else can be read, and nothing more', async () => {
  await using dir = await createTempDir('foreign');
  await chmod(dir.path, 0o755);
  const storage = await openLocalStorage({ root: dir.path });
  await storage.write('pool/a', bytesOf('x'));
  const calls = {
    read: "pakhus.readText(storage, 'pool/a', { limitBytes: 10 })",
    'new object': "storage.write('pool/b', Buffer.from('x'), { ifAbsent: true })",
    replace: "storage.write('pool/a', Buffer.from('x'))",
    copy: "storage.copy('pool/a', 'b')",
    delete: "storage.delete('pool/a')",
    exclusive: 'storage.exclusive(async () => 1)',
  };
  const code = Object.entries(calls).map(
    ([name, call]) =>
      `await ${call}.then((value) => say(['${name}', value]), (error) => say(['${name}', error.code, error.message]));`,
  );
  const asNobody = `if (process.getuid() === 0) { process.setgid(${NOBODY}); process.setuid(${NOBODY}); }`;
  const setMode = (mode: number) =>
    Promise.all(
      ['', '/pool', '/.pakhus', '/.pakhus/.local', '/.pakhus/.local/tmp'].map((name) =>
        chmod(dir.path + name, mode),
      ),
    );
  // Whoever is not root cannot become somebody else, and takes the rights from itself.
  if (process.getuid?.() !== 0) await setMode(0o555);
  const said = await startStorageProcess(dir.path, code.join('\n'), { before: asNobody })
    .rest()
    .finally(() => setMode(0o755));
  expect(said[0]).toEqual(['read', 'x']);
  expect(said).toHaveLength(6);
  for (const refusal of said.slice(1)) {
    expect(refusal).toEqual([
      expect.any(String),
      'STORE_PERMISSION',
      expect.stringMatching(new RegExp(`^${dir.path}: .*permission denied`)),
    ]);
  }
  expect(await textAt(storage, 'pool/a')).toBe('x');
});
