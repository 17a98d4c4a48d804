import { chmod, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { systemClock } from '../../core/clock.ts';
import { openRoot } from './root.ts';
import { settleByFiles, settleByProgram } from './settle.ts';

async function createFolder() {
  const dir = await createTempDir('settle');
  const root = openRoot(dir.path, { clock: systemClock(), create: false });
  return { root, path: dir.path, [Symbol.asyncDispose]: async () => dir[Symbol.asyncDispose]() };
}

/** A program that notes its arguments and goes on with `script`. */
async function fakeSync(folder: string, script: string): Promise<string> {
  const path = `${folder}/sync`;
  await writeFile(path, `#!/bin/sh\necho "sync $*" >> ${folder}/calls\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const callsIn = async (folder: string) => (await readFile(`${folder}/calls`, 'utf8')).trim().split('\n');

test('one program run covers the file system of the store', async () => {
  await using folder = await createFolder();
  await settleByProgram(folder.root, await fakeSync(folder.path, 'exit 0')).settle(undefined);
  expect(await callsIn(folder.path)).toEqual([`sync -f ${folder.path}`]);
});

test('a program that does not know -f is run without it', async () => {
  await using folder = await createFolder();
  const program = await fakeSync(
    folder.path,
    `[ $# = 0 ] || { echo "sync: invalid option -- 'f'" >&2; exit 1; }`,
  );
  await settleByProgram(folder.root, program).settle(undefined);
  expect(await callsIn(folder.path)).toEqual([`sync -f ${folder.path}`, 'sync']);
});

test('a disk that does not take the bytes is STORE_UNAVAILABLE, with what the program said', async () => {
  await using folder = await createFolder();
  const program = await fakeSync(folder.path, 'echo "sync: error syncing: Input/output error" >&2; exit 1');
  await expect(settleByProgram(folder.root, program).settle(undefined)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('Input/output error'),
  });
  expect(await callsIn(folder.path)).toHaveLength(1);
});

test('waiting for the disk may be given up', async () => {
  await using folder = await createFolder();
  const controller = new AbortController();
  const program = await fakeSync(folder.path, 'exec sleep 60');
  const settling = settleByProgram(folder.root, program).settle(controller.signal);
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(settling).rejects.toBe(reason);
});

test('without a program, files and folders are synced by themselves; what is gone by then is no error', async () => {
  await using folder = await createFolder();
  const settler = settleByFiles(folder.root);
  await settler.settle(undefined);
  for (let i = 0; i < 40; i++) {
    await writeFile(`${folder.path}/${i}`, 'x');
    settler.wrote(`${folder.path}/${i}`);
  }
  settler.wrote(`${folder.path}/gone`);
  settler.changed(folder.path);
  await Promise.all([settler.settle(undefined), settler.settle(undefined)]);
});

test('what could not be synced is tried again with the next settle', async () => {
  await using folder = await createFolder();
  const settler = settleByFiles(folder.root);
  settler.wrote(`${folder.path}/a`);
  const reason = new Error('stop');
  await expect(settler.settle(AbortSignal.abort(reason))).rejects.toBe(reason);
  settler.wrote('/proc/self/mem');
  await expect(settler.settle(undefined)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(settler.settle(undefined)).rejects.toMatchObject({
    message: expect.stringContaining('/proc/self/mem'),
  });
});
