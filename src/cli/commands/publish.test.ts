import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  AUTHOR,
  type CliSession,
  complaintsIn,
  createCliSession,
} from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

/** A session with `hello` published, and what a bad folder in CI looks like beside it. */
async function withHello(): Promise<CliSession> {
  const session = await createCliSession();
  await session.deb({ name: 'hello' });
  await session.run('publish', 'hello_1.0_amd64.deb', '--init');
  return session;
}

/** Without what differs from run to run. */
function plain(session: CliSession, text: string): string {
  return text
    .replaceAll(session.cwd, '/work')
    .replaceAll(session.home, '/home')
    .replaceAll(/\d{3} B/g, '### B')
    .trimEnd();
}

describe('the first publish', () => {
  test('with --init makes the store, the repository and its keys', async () => {
    await using session = await createCliSession();
    await session.deb({ name: 'hello' }, 'dist');
    await session.deb({ name: 'tool', version: '2:0.1~rc1', architecture: 'all' }, 'dist');
    const { code, stdout, stderr } = await session.run('publish', 'dist', '--init');
    expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
    expect(plain(session, stdout)).toMatchInlineSnapshot(`
      "  Package  Version    Architecture   Size
        hello    1.0        amd64         ### B
        tool     2:0.1~rc1  all           ### B
      Published 2 packages to deb/stable/main, revision 1.
      At       /work/public/deb
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
    expect(plain(session, stdout)).toMatchInlineSnapshot(`
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

describe('publishing', () => {
  test('answers --json with all that happened', async () => {
    await using session = await withHello();
    await session.deb({ name: 'world' });
    const { code, answer } = await session.json('publish', '.');
    expect(code).toBe(0);
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    const common = { version: '1.0', architecture: 'amd64', sizeBytes: expect.any(Number), sha256 };
    expect(answer).toEqual({
      dryRun: false,
      keys: null,
      published: [
        {
          repository: 'deb',
          tree: join(session.store, 'deb'),
          created: false,
          place: { channel: 'stable', component: 'main' },
          rev: 2,
          waitedMs: expect.any(Number),
          packages: [
            {
              source: join(session.cwd, 'world_1.0_amd64.deb'),
              name: 'world',
              path: 'pool/main/w/world/world_1.0_amd64.deb',
              outcome: 'added',
              ...common,
            },
            {
              source: join(session.cwd, 'hello_1.0_amd64.deb'),
              name: 'hello',
              path: 'pool/main/h/hello/hello_1.0_amd64.deb',
              outcome: 'unchanged',
              ...common,
            },
          ],
          refused: [],
          dropped: [],
        },
      ],
      refused: [],
    });
  });

  test('the same file again is no new revision, and says so', async () => {
    await using session = await withHello();
    const before = await folderState(session.store);
    const { code, stdout, stderr } = await session.run('publish', '.');
    expect({ code, stdout, complaints: complaintsIn(stderr) }).toEqual({
      code: 0,
      stdout: 'Nothing new: 1 package was there already in deb/stable/main.\n',
      complaints: '',
    });
    expect(await folderState(session.store)).toEqual(before);
  });

  test('other bytes under the same name and version are refused', async () => {
    await using session = await withHello();
    await session.deb({ name: 'hello', content: 'another build' });
    await session.deb({ name: 'world' });
    const before = await folderState(session.store);
    const { code, stdout, stderr } = await session.run('publish', '.');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(plain(session, complaintsIn(stderr)).replaceAll(/[0-9a-f]{64}/g, 'SHA')).toMatchInlineSnapshot(`
      "Error: /work/hello_1.0_amd64.deb: hello 1.0 amd64 is in stable/main already, with other bytes: SHA-256 SHA there, SHA here (PACKAGE_CONFLICT)
        Give the new build a higher version, publish it to another channel, or remove the old one first."
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('other bytes into another channel are taken, at a path apart', async () => {
    await using session = await createCliSession();
    await session.configure('repositories: { deb: { format: deb, channels: [stable, testing] } }');
    await session.run('init');
    await session.deb({ name: 'hello' });
    await session.run('publish', '.', '--to', 'deb/stable');
    await session.deb({ name: 'hello', content: 'another build' });
    expect((await session.run('publish', '.', '--to', 'deb/testing')).code).toBe(0);
    const pool = join(session.store, 'deb/pool/main/h/hello');
    expect((await readdir(pool, { recursive: true })).toSorted()).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}$/),
      expect.stringMatching(/^[0-9a-f]{12}\/hello_1\.0_amd64\.deb$/),
      'hello_1.0_amd64.deb',
    ]);
    expect((await session.run('verify')).code).toBe(0);
  });

  test('keep drops the oldest versions from the index, and names them', async () => {
    await using session = await createCliSession();
    await session.configure('repositories: { deb: { format: deb, keep: 2 } }');
    await session.run('init');
    for (const version of ['9', '10', '11']) await session.deb({ name: 'hello', version });
    await session.run('publish', 'hello_9_amd64.deb', 'hello_10_amd64.deb');
    const { stdout } = await session.run('publish', 'hello_11_amd64.deb');
    expect(plain(session, stdout)).toContain('hello 9 amd64 drops out of the index (keep)');
    const { answer } = await session.json('list');
    expect(answer).toMatchObject({ packages: [{ version: '10' }, { version: '11' }] });
  });

  test('--dry-run changes nothing', async () => {
    await using session = await withHello();
    await session.deb({ name: 'world' });
    const before = await folderState(session.store);
    const { code, stdout } = await session.run('publish', '.', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('Would publish 1 package to deb/stable/main. Nothing was changed.');
    expect(await folderState(session.store)).toEqual(before);
  });

  test('into a folder leaves the packages out that lie in the store', async () => {
    await using session = await withHello();
    await session.run('remove', 'deb', 'hello');
    await session.deb({ name: 'world' });
    await rename(join(session.cwd, 'hello_1.0_amd64.deb'), join(session.home, 'hello.deb'));
    await session.run('publish', '.');
    expect((await session.json('list')).answer).toMatchObject({ packages: [{ name: 'world' }] });
  });

  test('writes who did it', async () => {
    await using session = await withHello();
    expect((await session.json('log', 'deb')).answer).toMatchObject({ revisions: [{ author: AUTHOR }] });
  });
});

describe('paths on standard input', () => {
  test('are read with -, one a line', async () => {
    await using session = await createCliSession();
    const [a, b] = [await session.deb({ name: 'a' }), await session.deb({ name: 'b' }, 'sub')];
    const result = await session.runWith({ input: `${a}\n\n${b}\r\n` }, 'publish', '-', '--init');
    expect(result.code).toBe(0);
    expect((await session.json('list')).answer).toMatchObject({ packages: [{ name: 'a' }, { name: 'b' }] });
  });

  test('of which there is none are no success', async () => {
    await using session = await withHello();
    const { code, stderr } = await session.runWith({ input: '' }, 'publish', '-');
    expect({ code, error: complaintsIn(stderr).split('\n')[0] }).toEqual({
      code: 1,
      error: 'Error: no package file lies in the list of paths (PUBLISH_NOTHING_FOUND)',
    });
  });
});

describe('what cannot be published is told', () => {
  test.each<[what: string, args: string[], code: number, error: string, message: RegExp, hint: RegExp]>([
    [
      'a path that is not there',
      ['gone.deb'],
      1,
      'PUBLISH_NOTHING_FOUND',
      /^gone\.deb does not exist$/,
      /Check the path/,
    ],
    [
      'a folder without packages',
      ['empty'],
      1,
      'PUBLISH_NOTHING_FOUND',
      /^no package file lies in empty$/,
      /end in \.deb, \.udeb\./,
    ],
    [
      'a channel that is not there',
      ['.', '--to', 'deb/stabel'],
      1,
      'PLACE_NOT_FOUND',
      /has no channel 'stabel'; it has stable$/,
      /Did you mean 'stable'\?/,
    ],
    [
      'a component that is not there',
      ['.', '--to', 'deb/stable/x'],
      1,
      'PLACE_NOT_FOUND',
      /has no component 'x'; it has main$/,
      /pakhus apply/,
    ],
    [
      'a repository that is not there',
      ['.', '--to', 'nope'],
      10,
      'REPOSITORY_NOT_FOUND',
      /^nope: there is no repository at .*nope yet$/,
      /--init/,
    ],
    [
      'no place',
      ['.', '--to', 'a/b/c/d'],
      2,
      'CLI_USAGE',
      /^'a\/b\/c\/d' is no place$/,
      /repository\/channel\/component/,
    ],
    ['nothing', [], 2, 'CLI_USAGE', /^missing required argument 'paths'$/, /publish --help/],
  ])('%s', async (_what, args, code, error, message, hint) => {
    await using session = await withHello();
    await mkdir(join(session.cwd, 'empty'));
    expect(await session.json('publish', ...args)).toMatchObject({
      code,
      answer: undefined,
      error: {
        code: error,
        exitCode: code,
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      },
    });
  });

  test('several repositories that take the format: which?', async () => {
    await using session = await createCliSession();
    await session.configure('repositories: { a: { format: deb }, b: { format: deb } }');
    await session.run('init');
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.')).toMatchObject({
      code: 2,
      error: { message: 'several repositories take deb packages: a, b', hint: 'Say which: --to a' },
    });
    expect((await session.run('publish', '.', '--to', 'b')).code).toBe(0);
  });
});

describe('good files beside bad ones', () => {
  async function mixed(): Promise<CliSession> {
    const session = await withHello();
    await session.deb({ name: 'good' }, 'in');
    await writeFile(join(session.cwd, 'in/bad.deb'), 'no package');
    return session;
  }

  test('nothing is published, and the bad one is named', async () => {
    await using session = await mixed();
    const before = await folderState(session.store);
    const { code, stderr } = await session.run('publish', 'in');
    expect(code).toBe(1);
    expect(plain(session, complaintsIn(stderr))).toMatchInlineSnapshot(`
      "Error: /work/in/bad.deb is no package of a known format; none of the 2 files was published (PACKAGE_UNKNOWN_FORMAT)
        Remove the file from what you publish, or fetch or build it again.
        Or publish the others with --keep-going."
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('--keep-going publishes the good ones and ends with 3', async () => {
    await using session = await mixed();
    const { code, stdout } = await session.run('publish', 'in', '--keep-going');
    expect(code).toBe(3);
    expect(plain(session, stdout)).toMatchInlineSnapshot(`
      "  Package  Version  Architecture   Size
        good     1.0      amd64         ### B
      Published 1 package to deb/stable/main, revision 2.
      At       /work/public/deb
      Clients  pakhus client deb/stable
      1 file refused:
        /work/in/bad.deb is no package of a known format"
    `);
  });

  test('--keep-going ends with 1 where nothing is left', async () => {
    await using session = await mixed();
    const { code, stdout } = await session.run('publish', 'in/bad.deb', '--keep-going');
    expect(code).toBe(1);
    expect(plain(session, stdout)).toMatchInlineSnapshot(`
      "1 file refused:
        /work/in/bad.deb is no package of a known format"
    `);
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
    await using session = await withHello();
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
    await using session = await withHello();
    await rename(session.store, join(session.cwd, 'moved'));
    await session.deb({ name: 'world' });
    expect((await session.run('publish', 'world_1.0_amd64.deb', '--store', 'moved')).code).toBe(0);
  });

  test('that everybody may write are refused', async () => {
    await using session = await withHello();
    const folder = join(session.home, '.config/pakhus/keys');
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o666);
    await session.deb({ name: 'world' });
    expect(await session.json('publish', 'world_1.0_amd64.deb')).toMatchObject({
      error: { code: 'KEY_INVALID', message: expect.stringContaining('everybody may write it') },
    });
  });
});
