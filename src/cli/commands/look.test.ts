/** The commands that only look: list, show, search, status, log, diff, client. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';
import { createLookSession } from '../../../tests/support/look-session.ts';

let session: CliSession;

beforeAll(async () => {
  session = await createLookSession();
});

afterAll(() => session[Symbol.asyncDispose]());

/** Without what differs from run to run. */
function plain(text: string): string {
  return text
    .replaceAll(session.cwd, '/project')
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
        SHA-256 SHA-256
        brought by ann@desk in revision 2, DATE-AND-TIME-IN-UTC: publish hello 1.0 to testing/main"
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
          came: { rev: 2, author: 'ann@desk', message: 'publish hello 1.0 to testing/main' },
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
    expect(await text('status', '--brief')).toMatchInlineSnapshot(`
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
          pins: [],
          done: 1,
          rejected: [],
          packages: 1,
          packagesChange: 1,
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
    expect(await answer('diff', 'tools/testing', '0', '2')).toEqual({
      repository: 'tools',
      from: 0,
      to: 2,
      settings: [],
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
