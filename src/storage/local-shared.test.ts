/** A directory store of which somebody else may write to one folder: an inbox. */
import fs from 'node:fs';
import { chmod, chown, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { expect, test } from 'vitest';
import { describeWith } from '../../tests/support/skip.ts';
import { startStorageProcess } from '../../tests/support/storage-process.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import { bytesOf, keysOf, textAt } from '../testing/storage-checks.ts';
import { openLocalStorage } from './local.ts';

/** The user that owns nothing. */
const NOBODY = 65_534;
const AS_NOBODY = `process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY});`;
const lack = process.getuid?.() === 0 ? undefined : 'only root can become another user';

async function createStore() {
  const dir = await createTempDir('shared');
  await chmod(dir.path, 0o755);
  const storage = await openLocalStorage({ root: dir.path });
  await storage.write('.pakhus/tools/published', bytesOf('1'));
  const state = `${dir.path}/.pakhus`;
  const inbox = `${state}/tools/inbox/ci`;
  await mkdir(inbox, { recursive: true });
  return { path: dir.path, state, inbox, storage, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

/** What another user's process says. */
function asNobody(root: string, code: string): Promise<readonly unknown[]> {
  return startStorageProcess(root, code, { before: AS_NOBODY }).rest();
}

describeWith('somebody who may write to one folder only', lack, () => {
  test('leaves objects there, small and large, and nothing anywhere else', async () => {
    await using store = await createStore();
    await chmod(store.state, 0o711);
    await chown(store.inbox, NOBODY, NOBODY);
    const said = await asNobody(
      store.path,
      `const tell = (promise) => promise.then(() => say('done'), (error) => say(error.code));
       await tell(storage.write('.pakhus/tools/inbox/ci/1/intent.json', Buffer.from('{}'), { ifAbsent: true }));
       const body = { sizeBytes: 3_000_000, open: () => [Buffer.alloc(3_000_000)] };
       await tell(storage.write('.pakhus/tools/inbox/ci/1/a', body, { ifAbsent: true }));
       await tell(storage.write('.pakhus/tools/inbox/eve/1/intent.json', Buffer.from('{}'), { ifAbsent: true }));
       await tell(storage.write('.pakhus/tools/published', Buffer.from('9')));
       await tell(storage.write('pool/a', Buffer.from('x'), { ifAbsent: true }));`,
    );
    expect(said).toEqual(['done', 'done', 'STORE_PERMISSION', 'STORE_PERMISSION', 'STORE_PERMISSION']);
    expect(await keysOf(store.storage)).toEqual([
      '.pakhus/tools/inbox/ci/1/a',
      '.pakhus/tools/inbox/ci/1/intent.json',
      '.pakhus/tools/published',
    ]);
    expect(await readdir(`${store.inbox}/1`)).toEqual(['a', 'intent.json']);
  });

  test('keeps nobody from listing the rest by closing a folder', async () => {
    await using store = await createStore();
    for (const key of ['ci/1/intent.json', 'ci/2/intent.json', 'dan/3/intent.json'])
      await store.storage.write(`.pakhus/tools/inbox/${key}`, bytesOf('{}'));
    for (const folder of ['', '/tools', '/tools/inbox']) await chown(store.state + folder, NOBODY, NOBODY);
    await chmod(`${store.inbox}/1`, 0);
    const said = await asNobody(
      store.path,
      `for await (const { key } of storage.list('.pakhus/tools/inbox/')) say(key);
       for await (const { key } of storage.list('.pakhus/tools/inbox/ci/1/')) say(key);`,
    ).catch((error: Error) => [error.message]);
    expect(said).toEqual([expect.stringContaining('permission denied')]);
    expect(
      await asNobody(
        store.path,
        `for await (const { key } of storage.list('.pakhus/tools/inbox/')) say(key);`,
      ),
    ).toEqual(['.pakhus/tools/inbox/ci/2/intent.json', '.pakhus/tools/inbox/dan/3/intent.json']);
  });

  test('what a group shares, the group can empty', async () => {
    await using store = await createStore();
    const [committer, group] = [54_321, 12_345];
    await chmod(store.state, 0o711);
    for (const path of await readdir(store.path, { recursive: true }))
      await chown(`${store.path}/${path}`, committer, group);
    await chown(store.path, committer, group);
    await chown(store.inbox, NOBODY, group);
    await chmod(store.inbox, 0o2775);
    await asNobody(
      store.path,
      `await storage.write('.pakhus/tools/inbox/ci/1/a', Buffer.from('x'), { ifAbsent: true });
       await storage.write('.pakhus/tools/inbox/ci/1/b', Buffer.from('x'), { ifAbsent: true });`,
    );
    const before = `process.setgroups([]); process.setgid(${group}); process.setuid(${committer});`;
    const code = `for (const name of ['a', 'b']) await storage.delete('.pakhus/tools/inbox/ci/1/' + name);
       await storage.write('.pakhus/tools/other/1/a', Buffer.from('x'));`;
    await startStorageProcess(store.path, code, { before }).rest();
    expect(await readdir(store.inbox)).toEqual([]);
    expect((await stat(`${store.state}/tools/other/1`)).mode & 0o7777).toBe(0o755);
  });

  test('is emptied, and keeps its folder, which it could not make again', async () => {
    await using store = await createStore();
    await chmod(store.state, 0o711);
    await chown(store.inbox, NOBODY, NOBODY);
    const write = `await storage.write('.pakhus/tools/inbox/ci/1/a', Buffer.from('x'), { ifAbsent: true });`;
    for (let round = 0; round < 2; round++) {
      expect(await asNobody(store.path, write)).toEqual([]);
      await store.storage.delete('.pakhus/tools/inbox/ci/1/a');
      expect(await readdir(store.inbox)).toEqual([]);
    }
    await chmod(`${store.state}/tools/inbox`, 0o755);
    await chmod(store.inbox, 0o2775);
    await chown(store.inbox, 0, 0);
    await store.storage.write('.pakhus/tools/inbox/ci/1/a', bytesOf('x'));
    await store.storage.delete('.pakhus/tools/inbox/ci/1/a');
    expect(await readdir(store.inbox)).toEqual([]);
  });

  test('what another user abandoned is left to that user', async () => {
    await using store = await createStore();
    await chmod(store.state, 0o711);
    const temps = `${store.state}/.local/tmp`;
    await writeFile(`${temps}/old`, 'x');
    await utimes(`${temps}/old`, 0, 0);
    await chmod(temps, 0o1777);
    await chown(store.inbox, NOBODY, NOBODY);
    const write = `await storage.write('.pakhus/tools/inbox/ci/1/intent.json', Buffer.from('{}'), { ifAbsent: true });`;
    expect(await asNobody(store.path, write)).toEqual([]);
    expect(await readdir(temps)).toEqual(['old']);
  });
});

test('a copy takes the file that was looked at, not what its owner puts under the name meanwhile', async () => {
  await using store = await createStore();
  const { inbox, path, storage } = store;
  await writeFile(`${path}/secret`, 'a key of ours');
  await mkdir(`${inbox}/1`);
  await writeFile(`${inbox}/1/file`, 'a package');
  const copyFile = fs.copyFileSync;
  fs.copyFileSync = (...args) => {
    fs.renameSync(`${inbox}/1/file`, `${inbox}/1/kept`);
    fs.symlinkSync(`${path}/secret`, `${inbox}/1/file`);
    copyFile(...args);
  };
  syncBuiltinESMExports();
  try {
    await storage.copy('.pakhus/tools/inbox/ci/1/file', 'blob/1');
  } finally {
    fs.copyFileSync = copyFile;
    syncBuiltinESMExports();
  }
  expect(await textAt(storage, 'blob/1')).toBe('a package');
  await expect(storage.copy('.pakhus/tools/inbox/ci/1/file', 'blob/2')).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
  });
});

test('a copy of what lies behind a folder that became a link is refused, also when the folder was just looked at', async () => {
  await using store = await createStore();
  const { inbox, path, storage } = store;
  await mkdir(`${path}/secrets`);
  await writeFile(`${path}/secrets/file`, 'a key of ours');
  await storage.write('.pakhus/tools/inbox/ci/1/file', bytesOf('a package'));
  await storage.stat('.pakhus/tools/inbox/ci/1/file');
  fs.renameSync(`${inbox}/1`, `${inbox}/2`);
  fs.symlinkSync(`${path}/secrets`, `${inbox}/1`);
  await expect(storage.copy('.pakhus/tools/inbox/ci/1/file', 'blob/1')).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
    message: expect.stringContaining('links are not followed'),
  });
});
