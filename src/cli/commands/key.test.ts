/** key new, key list, key export; and config show. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

const FOLDER = '.config/pakhus/keys';

/** What `key new NAME --json` tells of a key. */
async function newKey(
  session: CliSession,
  ...args: readonly string[]
): Promise<{ fingerprint: string; publicKey: string }> {
  const { answer, code } = await session.json('key', 'new', ...args);
  expect(code).toBe(0);
  const text = JSON.stringify(answer);
  const part = (name: string): string =>
    JSON.parse(new RegExp(`"${name}":("[^"]*")`).exec(text)?.[1] ?? '""');
  return { fingerprint: part('fingerprint'), publicKey: part('publicKey') };
}

describe('key new', () => {
  test.each([
    ['an Ed25519 key', ['release'], 'release.openpgp.asc', /^Made signing key [0-9a-f]{40}$/],
    ['a ledger key', ['laptop', '--ledger'], 'laptop.ledger.pem', /^Made ledger key [0-9a-f]{32}$/],
  ])('makes %s, for its owner alone', async (_what, args, file, line) => {
    await using session = await createCliSession();
    const { code, stdout } = await session.run('key', 'new', ...args);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(line);
    expect(stdout).toContain(`${FOLDER}/${file}; keep a copy of that file in a safe place`);
    expect((await stat(join(session.home, FOLDER, file))).mode & 0o777).toBe(0o600);
    expect((await stat(join(session.home, FOLDER))).mode & 0o777).toBe(0o700);
  });

  test('takes a name, an end and a passphrase', async () => {
    await using session = await createCliSession({ PAKHUS_SIGNING_PASSPHRASE: 'secret' });
    await newKey(session, 'release', '--user-id', 'Release <r@example.org>', '--expires', '30');
    const { answer } = await session.json('key', 'list');
    expect(answer).toMatchObject({
      folder: join(session.home, FOLDER),
      keys: [
        {
          kind: 'openpgp',
          algorithm: 'ed25519',
          userIds: ['Release <r@example.org>'],
          encrypted: true,
          expires: expect.any(String),
        },
      ],
    });
  });

  test('never writes over a key', async () => {
    await using session = await createCliSession();
    await newKey(session, 'release');
    const before = await folderState(session.home);
    expect(await session.json('key', 'new', 'release')).toMatchObject({
      code: 1,
      error: { code: 'KEY_EXISTS' },
    });
    expect(await folderState(session.home)).toEqual(before);
  });

  test.each(['../evil', 'a/b', '.hidden', 'Upper', 'sp ace', ''])('refuses %j as a name', async (name) => {
    await using session = await createCliSession();
    expect(await session.json('key', 'new', name)).toMatchObject({
      code: 2,
      error: { code: 'CLI_USAGE', hint: 'Use a-z, 0-9, - and . only, a letter or digit first.' },
    });
    expect(await folderState(session.home)).toEqual({});
  });

  test.each([[['release']], [['laptop', '--ledger']]])(
    'refuses a folder inside the store: %j',
    async (args) => {
      await using session = await createCliSession({ PAKHUS_KEYS: 'public/keys' });
      expect(await session.json('key', 'new', ...args)).toMatchObject({
        code: 2,
        error: { code: 'CONFIG_INVALID', message: expect.stringContaining('lies in the store') },
      });
      expect(await folderState(session.store)).toEqual({});
    },
  );
});

describe('key list', () => {
  test('shows what is there', async () => {
    await using session = await createCliSession();
    expect((await session.run('key', 'list')).stdout).toBe(`No keys in ${join(session.home, FOLDER)}.\n`);
    await newKey(session, 'release');
    await newKey(session, 'laptop', '--ledger');
    const { stdout } = await session.run('key', 'list');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual([
      ['Kind', 'Fingerprint', 'Of', 'File'],
      ['ledger', expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/laptop\.ledger\.pem$/)],
      [
        'signing',
        expect.stringMatching(/^[0-9a-f]{40}$/),
        'release',
        expect.stringMatching(/release\.openpgp\.asc$/),
      ],
    ]);
  });

  test('warns of files that are no keys, and shows no secret', async () => {
    await using session = await createCliSession();
    await newKey(session, 'release');
    await writeFile(join(session.home, FOLDER, 'broken.ledger.pem'), 'no key', { mode: 0o600 });
    const { code, stdout, stderr } = await session.run('key', 'list', '--json');
    expect(code).toBe(0);
    expect(stderr).toContain('broken.ledger.pem');
    expect(stdout + stderr).not.toContain('PRIVATE');
  });
});

describe('key export', () => {
  test('prints the public half, to be piped', async () => {
    await using session = await createCliSession();
    const signing = await newKey(session, 'release');
    const ledger = await newKey(session, 'laptop', '--ledger');
    expect((await session.run('key', 'export', signing.fingerprint)).stdout).toBe(
      `${signing.publicKey.trimEnd()}\n`,
    );
    expect((await session.run('key', 'export', signing.fingerprint.toUpperCase())).code).toBe(0);
    expect((await session.run('key', 'export', ledger.fingerprint)).stdout).toBe(`${ledger.publicKey}\n`);
    expect(ledger.publicKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });

  test('says when there is no such key', async () => {
    await using session = await createCliSession();
    expect(await session.json('key', 'export', 'abc')).toMatchObject({
      code: 4,
      error: { code: 'KEY_NOT_FOUND', hint: '`pakhus key list` shows what is there.' },
    });
  });
});

describe('the key that was made signs', () => {
  test('the repository, when pakhus.yaml names it', async () => {
    await using session = await createCliSession();
    const { fingerprint } = await newKey(session, 'release');
    await session.configure('signers: [release]', 'repositories: { deb: { format: deb } }');
    await session.deb({ name: 'hello' });
    expect((await session.run('publish', '.', '--init')).code).toBe(0);
    expect((await session.json('status')).answer).toMatchObject({
      repositories: [{ signers: [{ fingerprint }] }],
    });
    const files = await readdir(join(session.home, FOLDER));
    expect(files.filter((name) => name.endsWith('.openpgp.asc'))).toEqual(['release.openpgp.asc']);
    expect((await session.run('verify')).code).toBe(0);
  });
});

test('config show tells what is in force, and from where', async () => {
  await using session = await createCliSession({ PAKHUS_URL: 'https://env.example.org' });
  await session.configure('repositories: { deb: { format: deb, keep: 3 } }');
  const { stdout } = await session.run('config', 'show', '--origin');
  const lines = stdout.trimEnd().replaceAll(session.cwd, '/project').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# /project/pakhus.yaml',
      'store: /project/public  # built in',
      'url: https://env.example.org  # PAKHUS_URL',
      'repositories.deb:  # /project/pakhus.yaml:1',
      '  keep: 3',
    ]),
  );
  expect((await session.json('config', 'show')).answer).toMatchObject({
    files: [`${session.cwd}/pakhus.yaml`],
  });
});
