import { chmod, chown, cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderState } from '../../support/folder-state.ts';
import { asNobody, lackOfNobody, NOBODY } from '../../support/other-user.ts';
import { createPakhus, type Pakhus, pakhusBinary } from '../../support/pakhus.ts';
import { quickDeb } from '../../support/quick-deb.ts';
import { plainEnvironment, runCommand } from '../../support/run-command.ts';
import { describeWith } from '../../support/skip.ts';

const isRoot = process.getuid?.() === 0;

describeWith('a store that this user may only read', await lackOfNobody(), () => {
  let pakhus: Pakhus;
  let store: string;
  /** A home with a copy of the keys, so that nothing but the store says no. */
  let home: string;

  beforeAll(async () => {
    pakhus = await createPakhus();
    store = join(pakhus.cwd, 'public');
    await pakhus.json('publish', await quickDeb(pakhus.cwd, { name: 'hello' }), '--init');
    await quickDeb(join(pakhus.cwd, 'new'), { name: 'world' });
    await chmod(join(pakhus.cwd, '..'), 0o755);
    home = join(pakhus.cwd, '../reader');
    await cp(pakhus.home, home, { recursive: true });
    await eachBelow(home, (path) => (isRoot ? chown(path, NOBODY, NOBODY) : Promise.resolve()));
    await eachBelow(store, async (path, isFolder) => chmod(path, isFolder ? 0o555 : 0o444));
  });

  afterAll(async () => {
    await eachBelow(store, async (path, isFolder) => chmod(path, isFolder ? 0o755 : 0o644));
    await pakhus[Symbol.asyncDispose]();
  });

  async function run(...args: readonly string[]) {
    const env = { ...plainEnvironment(), HOME: home };
    const argv = asNobody([pakhusBinary(), ...args, '--json']);
    const { code, stderr } = await runCommand(argv, { cwd: pakhus.cwd, env });
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    return { code, error: last.includes('"type":"error"') ? JSON.parse(last) : undefined };
  }

  test.each([
    'list',
    'status',
    'show deb hello',
    'search hello',
    'log deb',
    'diff deb',
    'client deb',
    'verify',
    'publish new --dry-run',
    'repair --dry-run',
  ])('%s works', async (line) => {
    expect(await run(...line.split(' '))).toEqual({ code: 0, error: undefined });
  });

  test.each(['publish new', 'remove deb hello', 'repair'])(
    '%s is refused with 4, names the file, and changes nothing',
    async (line) => {
      const before = await folderState(store);
      expect(await run(...line.split(' '))).toMatchObject({
        code: 4,
        error: {
          code: 'STORE_PERMISSION',
          message: expect.stringMatching(/public.*permission denied \(EACCES\)$/),
          hint: expect.stringContaining('one user publishes to a directory'),
        },
      });
      expect(await folderState(store)).toEqual(before);
    },
  );

  test('doctor names it', async () => {
    expect((await run('doctor')).code).toBe(1);
  });
});

/** Folders after what is in them, so that their modes can be taken away. */
async function eachBelow(
  folder: string,
  work: (path: string, isFolder: boolean) => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.toReversed())
    await work(join(entry.parentPath, entry.name), entry.isDirectory());
  await work(folder, true);
}
