/** The commands that only look: list, show, search, status, log, diff, client. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

/** tools: hello 1.0 and 2.0 in testing, hello 1.0 in stable. other: tool 1.0. */
let session: CliSession;

beforeAll(async () => {
  session = await createCliSession();
  await session.configure(
    'url: https://packages.example.org',
    'repositories:',
    '  tools: { format: deb, channels: [testing, stable], components: [main, extra] }',
    '  other: { format: deb }',
  );
  await session.run('init');
  await session.deb({
    name: 'hello',
    fields: { Description: 'Greets people\n in many words', Depends: 'libc6 (>= 2.36), tool | perl' },
  });
  await session.deb({ name: 'hello', version: '2.0' });
  await session.deb({ name: 'tool', architecture: 'all' });
  await session.run('publish', 'hello_1.0_amd64.deb', '--to', 'tools/testing');
  await session.run('publish', 'hello_2.0_amd64.deb', '--to', 'tools/testing');
  await session.run('promote', 'tools/testing', 'tools/stable', 'hello=1.0');
  await session.run('publish', 'tool_1.0_all.deb', '--to', 'other');
});

afterAll(() => session[Symbol.asyncDispose]());

/** Without what differs from run to run. */
function plain(text: string): string {
  return text
    .replaceAll(session.cwd, '/work')
    .replaceAll(/[0-9a-f]{64}/g, 'SHA-256')
    .replaceAll(/[0-9a-f]{40}/g, 'FINGERPRINT')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'DATE-AND-TIME-IN-UTC')
    .replaceAll(/\d{3} B/g, '### B')
    .trimEnd();
}

async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await session.run(...args);
  expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
  return plain(stdout);
}

async function answer(...args: readonly string[]): Promise<unknown> {
  const result = await session.json(...args);
  expect(result).toMatchObject({ code: 0, error: undefined });
  return result.answer;
}

const SHA = expect.stringMatching(/^[0-9a-f]{64}$/);

describe('list', () => {
  test('shows everything, or what a place names', async () => {
    expect(await text('list')).toMatchInlineSnapshot(`
      "Package  Version  Architecture   Size  Place
      tool     1.0      all           ### B  other/stable/main
      hello    1.0      amd64         ### B  tools/stable/main
      hello    1.0      amd64         ### B  tools/testing/main
      hello    2.0      amd64         ### B  tools/testing/main
      4 packages"
    `);
    expect(await text('list', 'tools/stable')).toMatchInlineSnapshot(`
      "Package  Version  Architecture   Size  Place
      hello    1.0      amd64         ### B  tools/stable/main
      1 package"
    `);
    expect(await text('list', 'tools/testing/extra')).toBe('No packages.');
  });

  test('--json', async () => {
    expect(await answer('list', 'other')).toEqual({
      packages: [
        {
          repository: 'other',
          channel: 'stable',
          component: 'main',
          name: 'tool',
          version: '1.0',
          architecture: 'all',
          sizeBytes: expect.any(Number),
          sha256: SHA,
          path: 'pool/main/t/tool/tool_1.0_all.deb',
        },
      ],
    });
  });
});

describe('show', () => {
  test('tells all that the index says, newest version first', async () => {
    expect(await text('show', 'tools/testing', 'hello=1.0')).toMatchInlineSnapshot(`
      "hello 1.0 amd64 in tools/testing/main
        Package: hello
        Version: 1.0
        Architecture: amd64
        Maintainer: Tests <tests@example.org>
        Description: Greets people
         in many words
        Depends: libc6 (>= 2.36), tool | perl
        pool/main/h/hello/hello_1.0_amd64.deb (### B)
        SHA-256 SHA-256"
    `);
    const shown = await text('show', 'tools/testing', 'hello');
    expect(shown.indexOf('hello 2.0 amd64')).toBeLessThan(shown.indexOf('hello 1.0 amd64'));
  });

  test('--json has relations taken apart', async () => {
    expect(await answer('show', 'tools/stable', 'hello')).toMatchObject({
      repository: 'tools',
      packages: [
        {
          channel: 'stable',
          name: 'hello',
          version: '1.0',
          path: 'pool/main/h/hello/hello_1.0_amd64.deb',
          sha256: SHA,
          summary: 'Greets people',
          fields: expect.arrayContaining([{ name: 'Maintainer', value: 'Tests <tests@example.org>' }]),
          relations: expect.objectContaining({ depends: expect.anything() }),
        },
      ],
    });
  });
});

describe('search', () => {
  test('looks at names and one-line descriptions, letter case aside', async () => {
    expect(await text('search', 'GREETS')).toMatchInlineSnapshot(`
      "Package  Version  Architecture  Place               Description
      hello    1.0      amd64         tools/stable/main   Greets people
      hello    1.0      amd64         tools/testing/main  Greets people
      2 packages"
    `);
    expect(await text('search', 'many words')).toBe('Nothing found.');
    expect(await text('search', 'too', '--in', 'tools')).toBe('Nothing found.');
  });

  test('--json', async () => {
    expect(await answer('search', 'tool', '--in', 'other/stable')).toEqual({
      packages: [
        {
          repository: 'other',
          channel: 'stable',
          component: 'main',
          name: 'tool',
          version: '1.0',
          architecture: 'all',
          summary: 'tool',
        },
      ],
    });
  });
});

describe('status', () => {
  test('says how each repository stands', async () => {
    expect(await text('status')).toMatchInlineSnapshot(`
      "other  deb, revision 2, DATE-AND-TIME-IN-UTC by ann@desk
        at https://packages.example.org/other
        stable/main  1 package
        signed by FINGERPRINT
        clients see the newest revision
      tools  deb, revision 4, DATE-AND-TIME-IN-UTC by ann@desk
        at https://packages.example.org/tools
        stable/main  1 package
        stable/extra  0 packages
        testing/main  2 packages
        testing/extra  0 packages
        signed by FINGERPRINT
        clients see the newest revision"
    `);
  });

  test('--json', async () => {
    expect(await answer('status', 'other')).toMatchObject({
      repositories: [{ name: 'other', rev: 2, publishedRev: 2, stale: [], openIntents: 0 }],
      empty: [],
    });
  });
});

describe('log', () => {
  test('shows revisions, newest first', async () => {
    expect(await text('log', 'tools')).toMatchInlineSnapshot(`
      "Revision  Date                  By        What
      4         DATE-AND-TIME-IN-UTC  ann@desk  promote hello 1.0 from testing/main to stable/main
      3         DATE-AND-TIME-IN-UTC  ann@desk  publish hello 2.0 to testing/main
      2         DATE-AND-TIME-IN-UTC  ann@desk  publish hello 1.0 to testing/main
      1         DATE-AND-TIME-IN-UTC  ann@desk  make tools"
    `);
    expect((await text('log', 'tools', '--limit', '1')).split('\n')).toHaveLength(2);
  });

  test('--json', async () => {
    expect(await answer('log', 'other', '--limit', '1')).toEqual({
      repository: 'other',
      revisions: [
        {
          rev: 2,
          dateMs: expect.any(Number),
          author: 'ann@desk',
          message: 'publish tool 1.0 to stable/main',
          keyId: expect.stringMatching(/^[0-9a-f]{32}$/),
          done: 1,
          rejected: [],
        },
      ],
    });
  });
});

describe('diff', () => {
  test('shows what came and went', async () => {
    expect(await text('diff', 'tools')).toBe('+ hello 1.0 amd64  stable/main');
    expect(await text('diff', 'tools', '4', '2')).toBe(
      '- hello 1.0 amd64  stable/main\n- hello 2.0 amd64  testing/main',
    );
    expect(await text('diff', 'tools', '1', '1')).toBe('No package differs between revision 1 and 1.');
  });

  test('--json', async () => {
    expect(await answer('diff', 'tools', '0', '2')).toEqual({
      repository: 'tools',
      from: 0,
      to: 2,
      packages: [
        {
          kind: 'added',
          channel: 'testing',
          component: 'main',
          name: 'hello',
          version: '1.0',
          architecture: 'amd64',
        },
      ],
    });
  });
});

describe('client', () => {
  test('gives the whole, or one part to pipe', async () => {
    const all = await text('client', 'tools/stable');
    expect(all).toContain(
      'URIs: https://packages.example.org/tools\n  Suites: stable\n  Components: main extra\n',
    );
    expect(await text('client', 'tools/stable/main', '--as', 'one-liner')).not.toContain('\n');
    expect(await text('client', 'tools/stable', '--as', 'script')).toMatch(/^printf /);
    expect(await text('client', 'tools/stable', '--as', 'undo')).toMatch(/^rm -f \/etc\/apt\//);
  });

  test('takes another address of the store, and warns of one that works here only', async () => {
    expect(await text('client', 'tools', '--url', 'http://mirror/x/')).toContain(
      'URIs: http://mirror/x/tools\n',
    );
    const bare = await session.runWith({}, 'client', 'tools', '--config', '/dev/null', '--store', 'public');
    expect(bare.stdout).toMatch(/^This URL works on this machine only\./);
  });

  test('--json', async () => {
    expect(await answer('client', 'tools/stable/main')).toMatchObject({
      repository: 'tools',
      channel: 'stable',
      components: ['main'],
      url: 'https://packages.example.org/tools',
      urlIsLocal: false,
      fingerprints: [expect.stringMatching(/^[0-9a-f]{40}$/)],
      files: [{ path: '/etc/apt/sources.list.d/tools.sources' }],
    });
  });
});

describe('what is not there is told', () => {
  const none = {
    code: 10,
    error: 'REPOSITORY_NOT_FOUND',
    message: /public has no repository 'nope'$/,
    hint: /^It has other, tools\.$/,
  };
  const noChannel = {
    code: 1,
    error: 'PLACE_NOT_FOUND',
    message: /^repository 'tools' has no channel 'stabel'; it has testing, stable$/,
    hint: /Did you mean 'stable'\?/,
  };
  const noComponent = {
    code: 1,
    error: 'PLACE_NOT_FOUND',
    message: /has no component 'x'; it has main, extra$/,
    hint: /pakhus apply/,
  };
  const noPackage = {
    code: 1,
    error: 'PACKAGE_NOT_FOUND',
    message: /^tools has no package nope$/,
    hint: /`pakhus list tools`/,
  };
  const noRevision = {
    code: 1,
    error: 'REVISION_NOT_FOUND',
    message: /^tools has no revision 99$/,
    hint: /`pakhus log tools`/,
  };
  const aPlace = {
    code: 2,
    error: 'CLI_USAGE',
    message: /is a place; this command takes a whole repository$/,
    hint: /Name the repository alone: tools$/,
  };

  test.each<[line: string, wanted: typeof none]>([
    ['list nope', none],
    ['show nope hello', none],
    ['search x --in nope', none],
    ['status nope', none],
    ['log nope', none],
    ['diff nope', none],
    ['client nope', none],
    ['verify nope', none],
    ['repair nope', none],
    ['apply nope', none],
    ['remove nope hello', none],
    ['promote nope nope/stable hello', none],
    ['list tools/stabel', noChannel],
    ['show tools/stabel hello', noChannel],
    ['search x --in tools/stabel', noChannel],
    ['client tools/stabel', noChannel],
    ['remove tools/stabel hello', noChannel],
    ['promote tools/stabel tools/stable hello', noChannel],
    ['promote tools/testing tools/stabel hello', noChannel],
    ['list tools/stable/x', noComponent],
    ['show tools nope', noPackage],
    ['remove tools nope', noPackage],
    ['diff tools 99', noRevision],
    ['diff tools 1 99', noRevision],
    ['status tools/stable', aPlace],
    ['log tools/stable', aPlace],
    ['diff tools/stable', aPlace],
    ['verify tools/stable', aPlace],
    ['repair tools/stable', aPlace],
    ['apply tools/stable', aPlace],
  ])('%s', async (line, { code, error, message, hint }) => {
    expect(await session.json(...line.split(' '))).toMatchObject({
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

  test.each([
    ['diff tools x', "a revision is a whole number from 0 on, found 'x'"],
    ['diff tools 1 0', "a revision is a whole number from 1 on, found '0'"],
    ['log tools --limit 0', "--limit takes a whole number from 1 on, found '0'"],
    ['client tools --as shell', "--as takes one of text, script, one-liner, undo, found 'shell'"],
  ])('%s', async (line, message) => {
    expect(await session.json(...line.split(' '))).toMatchObject({ code: 2, error: { message } });
  });
});

test('looking changes nothing', async () => {
  const before = await folderState(session.store);
  for (const line of [
    'list',
    'status',
    'log tools',
    'diff tools',
    'show tools hello',
    'search o',
    'client tools',
    'verify',
  ])
    expect((await session.run(...line.split(' '))).code).toBe(0);
  expect(await folderState(session.store)).toEqual(before);
});

test.each([
  'list',
  'status',
  'search x',
  'log deb',
  'verify',
  'repair',
  'doctor',
  'client deb',
  'remove deb x',
])('%s without a store ends with 10', async (line) => {
  await using empty = await createCliSession();
  expect(await empty.json(...line.split(' '))).toMatchObject({
    code: 10,
    error: { code: 'STORE_NOT_FOUND', message: `${empty.store}: there is no such folder` },
  });
  expect(await folderState(empty.cwd)).toEqual({});
});

test.each([
  ['list', 'No packages.'],
  ['search x', 'Nothing found.'],
  ['status', 'No repositories. `pakhus publish PATH --init` makes the first one.'],
  ['verify', 'Nothing was published yet.'],
  ['repair', 'Nothing was published yet.'],
  ['apply', 'pakhus.yaml has no repositories.'],
])('%s of an empty store', async (line, expected) => {
  await using empty = await createCliSession();
  await mkdir(empty.store);
  const { code, stdout } = await empty.run(...line.split(' '));
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${expected}\n` });
});

test('a repository that is not made yet does not keep the others from being seen', async () => {
  await using partly = await createCliSession();
  await partly.deb({ name: 'hello' });
  await partly.configure('repositories: { deb: { format: deb } }');
  await partly.run('init');
  await partly.configure('repositories: { deb: { format: deb }, later: { format: deb } }');
  await partly.run('publish', '.', '--to', 'deb');
  expect((await partly.json('list')).answer).toMatchObject({ packages: [{ name: 'hello' }] });
  expect((await partly.json('status')).answer).toMatchObject({
    repositories: [{ name: 'deb' }],
    empty: ['later'],
  });
  for (const line of ['verify', 'repair', 'search hello'])
    expect((await partly.run(...line.split(' '))).code).toBe(0);
  expect((await partly.json('list', 'later')).code).toBe(10);
});

test('a reader without keys sees everything', async () => {
  await rename(`${session.home}/.config`, `${session.home}/away`);
  try {
    expect((await session.run('list')).code).toBe(0);
    expect((await session.run('verify')).code).toBe(0);
    expect((await session.run('client', 'tools')).code).toBe(0);
  } finally {
    await rm(`${session.home}/.config`, { recursive: true, force: true });
    await rename(`${session.home}/away`, `${session.home}/.config`);
  }
});
