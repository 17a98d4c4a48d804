/** The commands that change what is listed, and the settings: remove, promote, apply, init. */
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

const CONFIG = ['repositories:', '  tools: { format: deb, channels: [testing, stable] }'];

/** hello 1.0 and 2.0, and tool 1.0, in tools/testing. */
async function filled(): Promise<CliSession> {
  const session = await createCliSession();
  await session.configure(...CONFIG);
  await session.run('init');
  await session.deb({ name: 'hello' }, 'in');
  await session.deb({ name: 'hello', version: '2.0' }, 'in');
  await session.deb({ name: 'tool' }, 'in');
  await session.run('publish', 'in');
  return session;
}

/** `channel name version` of all that is listed. */
async function listed(session: CliSession): Promise<readonly string[]> {
  const { stdout } = await session.run('list', '--json');
  const lines = stdout.matchAll(/"channel":"(\w+)","component":"main","name":"(\w+)","version":"([\d.]+)"/g);
  return [...lines].map(([, channel, name, version]) => `${channel} ${name} ${version}`);
}

/** Runs a line dry and then for real; the dry run must change nothing. */
async function dryThenReal(session: CliSession, line: string) {
  const before = await folderState(session.cwd);
  const dry = await session.run(...line.split(' '), '--dry-run');
  expect(await folderState(session.cwd)).toEqual(before);
  const real = await session.run(...line.split(' '));
  return { dry: dry.stdout.trimEnd(), real: real.stdout.trimEnd(), codes: [dry.code, real.code] };
}

describe('remove', () => {
  test('one version', async () => {
    await using session = await filled();
    expect(await dryThenReal(session, 'remove tools hello=1.0')).toEqual({
      codes: [0, 0],
      dry: '  hello 1.0 amd64 from tools/testing/main\nWould remove 1 package. Nothing was changed.',
      real: '  hello 1.0 amd64 from tools/testing/main\nRemoved 1 package, revision 3.',
    });
    expect(await listed(session)).toEqual(['testing hello 2.0', 'testing tool 1.0']);
  });

  test('every version, with --all', async () => {
    await using session = await filled();
    expect(await session.json('remove', 'tools', 'hello')).toMatchObject({
      code: 2,
      error: {
        message: 'tools has several versions of hello: 2.0, 1.0',
        hint: 'Name one, hello=2.0, or say --all.',
        details: { versions: ['2.0', '1.0'] },
      },
    });
    const place = { channel: 'testing', component: 'main', name: 'hello', architecture: 'amd64' };
    expect((await session.json('remove', 'tools', 'hello', '--all')).answer).toEqual({
      repository: 'tools',
      dryRun: false,
      rev: 3,
      removed: [
        { ...place, version: '2.0' },
        { ...place, version: '1.0' },
      ],
    });
  });
});

describe('promote', () => {
  test('the newest version, once', async () => {
    await using session = await filled();
    expect(await dryThenReal(session, 'promote tools/testing tools/stable hello tool')).toEqual({
      codes: [0, 0],
      dry: '  hello 2.0 amd64\n  tool 1.0 amd64\nWould promote 2 packages to tools/stable/main. Nothing was changed.',
      real: '  hello 2.0 amd64\n  tool 1.0 amd64\nPromoted 2 packages to tools/stable/main, revision 3.',
    });
    expect(await dryThenReal(session, 'promote tools/testing tools/stable tool')).toEqual({
      codes: [0, 0],
      dry: '  tool 1.0 amd64 was there already\nNothing new for tools/stable/main.',
      real: '  tool 1.0 amd64 was there already\nNothing new for tools/stable/main.',
    });
    expect(await listed(session)).toContain('stable hello 2.0');
  });

  test('--json', async () => {
    await using session = await filled();
    expect((await session.json('promote', 'tools/testing', 'tools/stable', 'tool')).answer).toEqual({
      from: { repository: 'tools', channel: 'testing', component: 'main' },
      to: { repository: 'tools', channel: 'stable', component: 'main' },
      packages: [{ name: 'tool', version: '1.0', architecture: 'amd64', outcome: 'promoted' }],
      dryRun: false,
      rev: 3,
    });
  });

  test('stays in one repository', async () => {
    await using session = await filled();
    expect(await session.json('promote', 'tools/testing', 'other/stable', 'tool')).toMatchObject({
      code: 2,
      error: { message: 'other/stable is another repository than tools/testing' },
    });
  });

  test('refuses other bytes of the same version', async () => {
    await using session = await filled();
    await session.deb({ name: 'tool', content: 'another build' });
    await session.run('publish', 'tool_1.0_amd64.deb', '--to', 'tools/stable');
    expect(await session.json('promote', 'tools/testing', 'tools/stable', 'tool')).toMatchObject({
      code: 1,
      error: { code: 'PACKAGE_CONFLICT' },
    });
    expect((await session.json('log', 'tools', '--limit', '1')).answer).toMatchObject({
      revisions: [{ rev: 3 }],
    });
  });
});

describe('apply', () => {
  test('shows the difference, and commits it', async () => {
    await using session = await filled();
    await session.configure(
      ...CONFIG.slice(0, 1),
      '  tools: { format: deb, channels: [testing, stable, old], keep: 3 }',
    );
    expect(await dryThenReal(session, 'apply')).toEqual({
      codes: [0, 0],
      dry: '  channels: ["testing","stable"] -> ["testing","stable","old"]\n  keep: null -> 3\nWould change tools. Nothing was changed.',
      real: '  channels: ["testing","stable"] -> ["testing","stable","old"]\n  keep: null -> 3\nChanged tools, revision 3.',
    });
    expect((await session.run('apply')).stdout).toBe('tools is as pakhus.yaml says.\n');
  });

  test('keeps places that hold packages', async () => {
    await using session = await filled();
    await session.configure(...CONFIG.slice(0, 1), '  tools: { format: deb, channels: [stable] }');
    for (const args of [['apply', '--dry-run'], ['apply']]) {
      expect(await session.json(...args)).toMatchObject({
        code: 1,
        error: { code: 'INTENT_REJECTED', message: 'testing/main still holds packages' },
      });
    }
  });

  test('ends with 10 when a repository is not made yet, and changes the others', async () => {
    await using session = await filled();
    await session.configure(
      ...CONFIG.slice(0, 1),
      '  later: { format: deb }',
      '  tools: { format: deb, channels: [testing, stable], keep: 3 }',
    );
    const { code, stdout } = await session.run('apply');
    expect(code).toBe(10);
    expect(stdout).toBe(
      '  keep: null -> 3\nChanged tools, revision 3.\nlater is not made yet: `pakhus init` makes it.\n',
    );
    expect((await session.run('init')).stdout).toMatch(
      /^Made later, signed by [0-9a-f]{40}\ntools was there already\n/,
    );
    expect((await session.run('apply')).code).toBe(0);
  });

  test('says when pakhus.yaml does not have the repository that is named', async () => {
    await using session = await filled();
    await session.configure('store: ./public');
    expect(await session.json('apply', 'tools')).toMatchObject({
      code: 2,
      error: { message: "pakhus.yaml has no repository 'tools'" },
    });
  });

  test('refuses what pakhus.yaml cannot mean', async () => {
    await using session = await filled();
    await session.configure(...CONFIG.slice(0, 1), '  tools: { format: deb, chanels: [testing] }');
    expect(await session.json('apply')).toMatchObject({
      code: 2,
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('pakhus.yaml:2:') },
    });
  });
});

describe('init', () => {
  test('makes a repository and a pakhus.yaml that says what it is', async () => {
    await using session = await createCliSession();
    const args = [
      'init',
      'tools',
      '--channel',
      'testing',
      '--channel',
      'stable',
      '--url',
      'https://example.org',
    ];
    expect(await session.json(...args, '--dry-run')).toMatchObject({
      code: 0,
      answer: { dryRun: true, wrote: false, made: [{ repository: 'tools', created: true, ledgerKey: null }] },
    });
    expect(await folderState(session.cwd)).toEqual({});
    expect(await folderState(session.home)).toEqual({});

    const { code, stdout } = await session.run(...args);
    expect(code).toBe(0);
    expect(stdout.replaceAll(session.cwd, '/project').replaceAll(session.home, '/home')).toMatch(
      /^Made tools, signed by [0-9a-f]{40}\n {2}store: \/project\/public\n {2}keys: \/home\/.config\/pakhus\/keys; keep a copy of them in a safe place\nWrote \/project\/pakhus.yaml.\nNext: pakhus publish FOLDER\n$/,
    );
    const yaml = await readFile(join(session.cwd, 'pakhus.yaml'), 'utf8');
    expect(yaml).toMatch(/^url: https:\/\/example.org$/m);
    expect(yaml).toMatch(/^ {4}channels: \[testing, stable\]$/m);
    expect(yaml).toMatch(/^ledger:\n {2}- [0-9a-f]{32}$/m);
    expect((await session.run('apply')).stdout).toBe('tools is as pakhus.yaml says.\n');
    expect((await session.run('status')).code).toBe(0);
  });

  test('again finds everything there', async () => {
    await using session = await filled();
    const before = await folderState(session.cwd);
    expect((await session.run('init')).stdout).toMatch(/^tools was there already\n/);
    expect(await folderState(session.cwd)).toEqual(before);
  });

  test('of a repository that is there describes it as it is: the next apply changes nothing', async () => {
    await using session = await createCliSession();
    await session.configure(
      'repositories:',
      '  tools: { format: deb, channels: { stable: { codename: trixie }, testing: null }, components: [main, extra], keep: 2, origin: Example, architectures: [arm64] }',
    );
    await session.run('init');
    await unlink(join(session.cwd, 'pakhus.yaml'));
    expect((await session.run('init', 'tools')).code).toBe(0);
    expect((await session.run('apply')).stdout).toBe('tools is as pakhus.yaml says.\n');
  });

  test.each([
    ['a name with a slash', ['a/b'], "'a/b' is no name of a repository: it has a /"],
    ['a name in upper case', ['Tools'], "'Tools' is no place"],
    ['a channel with a space', ['tools', '--channel', 'a b'], "'tools/a b' is no place"],
    [
      'no URL',
      ['tools', '--url', 'example.org'],
      '--url must be a URL that begins with https://, http:// or file://',
    ],
    [
      'a format that is not known',
      ['tools', '--format', 'zip'],
      expect.stringMatching(
        /^--format takes one of deb, .*, found 'zip'$|^--format takes one of deb, opkg, found 'zip'$/,
      ),
    ],
  ])('refuses %s, and makes nothing', async (_what, args, message) => {
    await using session = await createCliSession();
    expect(await session.json('init', ...args)).toMatchObject({ code: 2, error: { message } });
    expect(await folderState(session.cwd)).toEqual({});
    expect(await folderState(session.home)).toEqual({});
  });

  test('takes everything from a pakhus.yaml that is there', async () => {
    await using session = await createCliSession();
    await session.configure(...CONFIG);
    expect(await session.json('init', 'other')).toMatchObject({
      code: 2,
      error: {
        message: `${session.cwd}/pakhus.yaml exists already, so init takes its repositories from there`,
      },
    });
  });

  test('says when pakhus.yaml cannot be written', async () => {
    await using session = await createCliSession();
    await writeFile(join(session.cwd, 'config'), '');
    const result = await session.runWith(
      { cwd: join(session.cwd, 'config') },
      'init',
      '--store',
      session.store,
      '--json',
    );
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      code: 'CLI_OUTPUT',
      hint: 'The repository is made; only the configuration file is missing.',
    });
  });
});
