/** The first publish into a store, and the keys that it makes. */
import { chmod, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';
import { plainOutput, sessionWithHello } from '../../../tests/support/session-with-hello.ts';

describe('the first publish', () => {
  test('with --init makes the store, the repository and its keys', async () => {
    await using session = await createCliSession();
    await session.deb({ name: 'hello' }, 'dist');
    await session.deb({ name: 'tool', version: '2:0.1~rc1', architecture: 'all' }, 'dist');
    const { code, stdout, stderr } = await session.run('publish', 'dist', '--init');
    expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
    expect(plainOutput(session, stdout)).toMatchInlineSnapshot(`
      "  Package  Version    Architecture   Size
        hello    1.0        amd64         ### B
        tool     2:0.1~rc1  all           ### B
      Published 2 packages to deb/stable/main, revision 1.
      At       /project/public/deb
      Clients  pakhus client deb/stable
      Keys     /home/.config/pakhus/keys; keep a copy of them in a safe place"
    `);
    expect(await readdir(join(session.home, '.config/pakhus/keys'))).toHaveLength(2);
  });

  test.each([
    ['no store', async () => undefined, 'STORE_NOT_FOUND', /public: there is no such folder$/],
    [
      'a store without the repository',
      async ({ store }: CliSession) => mkdir(store),
      'REPOSITORY_NOT_FOUND',
      /there is no repository at .*public\/deb yet$/,
    ],
  ])(
    'without --init and %s is refused with 10: a wrong folder in CI never looks like success',
    async (_what, prepare, code, message) => {
      await using session = await createCliSession();
      await prepare(session);
      await session.deb({ name: 'hello' });
      const before = await folderState(session.cwd);
      const result = await session.json('publish', 'hello_1.0_amd64.deb');
      expect(result).toMatchObject({
        code: 10,
        answer: undefined,
        error: {
          code,
          exitCode: 10,
          message: expect.stringMatching(message),
          hint: expect.stringContaining('--init'),
        },
      });
      expect(await folderState(session.cwd)).toEqual(before);
      expect(await readdir(session.home)).toEqual([]);
    },
  );

  test.each([
    ['y', 0, true],
    ['n', 10, false],
    ['', 10, false],
  ])('on a terminal asks first: %j', async (answer, code, isMade) => {
    await using session = await createCliSession();
    await session.deb({ name: 'hello' });
    const result = await session.runWith(
      { isTTY: true, input: `${answer}\n` },
      'publish',
      'hello_1.0_amd64.deb',
    );
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(`There is no store at ${session.store} yet. Make it?`);
    expect(result.stderr.match(/There is no/g)).toHaveLength(1);
    expect(Object.keys(await folderState(session.store)).length > 0).toBe(isMade);
  });

  test('with --dry-run tells what it would do, and makes nothing', async () => {
    await using session = await createCliSession();
    await session.deb({ name: 'hello' });
    const before = await folderState(session.cwd);
    const { code, stdout } = await session.run('publish', '.', '--init', '--dry-run');
    expect(code).toBe(0);
    expect(plainOutput(session, stdout)).toMatchInlineSnapshot(`
      "  Package  Version  Architecture   Size
        hello    1.0      amd64         ### B
      Would publish 1 package to deb/stable/main. Nothing was changed."
    `);
    expect(await folderState(session.cwd)).toEqual(before);
    expect(await readdir(session.home)).toEqual([]);
  });

  test('may name a repository, channel and component of its own', async () => {
    await using session = await createCliSession();
    await session.deb({ name: 'hello' });
    expect((await session.run('publish', '.', '--init', '--to', 'tools/testing/extra')).code).toBe(0);
    const { answer } = await session.json('list');
    expect(answer).toMatchObject({
      packages: [{ repository: 'tools', channel: 'testing', component: 'extra' }],
    });
  });
});

describe('keys', () => {
  test('inside the store are refused', async () => {
    await using session = await createCliSession({ PAKHUS_KEYS: 'public/keys' });
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.', '--init')).toMatchObject({
      code: 2,
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('lies in the store') },
    });
    expect(await folderState(session.store)).toEqual({});
  });

  test.each([
    ['a ledger key', /\.ledger\.pem$/, /needs a ledger key that may commit, and there is none here/],
    ['a signing key', /\.openpgp\.asc$/, /The secret key of [0-9a-f]{40} is not here/],
  ])('%s that is missing is told with 4, and nothing is left behind', async (_what, file, message) => {
    await using session = await sessionWithHello();
    const folder = join(session.home, '.config/pakhus/keys');
    const name = (await readdir(folder)).find((one) => file.test(one)) ?? '';
    await rename(join(folder, name), join(session.home, name));
    await session.deb({ name: 'world' });
    expect(await session.json('publish', 'world_1.0_amd64.deb')).toMatchObject({
      code: 4,
      error: { code: 'KEY_NOT_FOUND', message: expect.stringMatching(message) },
    });
    expect((await session.json('status')).answer).toMatchObject({
      repositories: [{ rev: 1, openIntents: 0 }],
    });
    await rename(join(session.home, name), join(folder, name));
    expect((await session.run('publish', 'world_1.0_amd64.deb')).code).toBe(0);
  });

  test('that moved with their store are found', async () => {
    await using session = await sessionWithHello();
    await rename(session.store, join(session.cwd, 'moved'));
    await session.deb({ name: 'world' });
    expect((await session.run('publish', 'world_1.0_amd64.deb', '--store', 'moved')).code).toBe(0);
  });

  test('that everybody may write are refused', async () => {
    await using session = await sessionWithHello();
    const folder = join(session.home, '.config/pakhus/keys');
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o666);
    await session.deb({ name: 'world' });
    expect(await session.json('publish', 'world_1.0_amd64.deb')).toMatchObject({
      error: { code: 'KEY_INVALID', message: expect.stringContaining('everybody may write it') },
    });
  });
});
