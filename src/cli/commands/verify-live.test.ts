/** `pakhus verify --live` as somebody at a command line meets it. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLiveSession, type Faults, type LiveSession } from '../../../tests/support/live-session.ts';

let live: LiveSession;
beforeAll(async () => {
  live = await createLiveSession();
});
afterAll(() => live[Symbol.asyncDispose]());

/** Without what differs from run to run. */
async function screen(faults: Faults | undefined, ...args: readonly string[]) {
  live.setFaults(faults);
  const { code, stdout } = await live.session.run('verify', '--live', '--url', live.server.url, ...args);
  const text = stdout
    .trimEnd()
    .replaceAll(live.server.url, 'http://HOST')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'DATE');
  return { code, text };
}

test('a good server', async () => {
  expect(await screen(undefined)).toEqual({
    code: 0,
    text: 'deb revision 2 at http://HOST/deb: 14 pointers, 4 signatures, 6 index files, 3 packages looked at\nClients get what the ledger says.',
  });
});

test('a stale cache: which files, since when, why it hurts, what to do', async () => {
  const { code, text } = await screen(
    async ({ path, file }) =>
      path.startsWith('/deb/dists/stable/') && !path.includes('/by-hash/')
        ? {
            kind: 'body',
            body: await file(1),
            headers: {
              age: '5',
              'x-cache': 'HIT',
              'cache-control': 'max-age=60',
              'last-modified': new Date().toUTCString(),
            },
          }
        : undefined,
    'deb/stable',
  );
  expect(code).toBe(12);
  expect(text).toMatchInlineSnapshot(`
    "Error: it is of revision 1 (DATE), which revision 2 replaced on DATE (live-stale)
      http://HOST/deb/dists/stable/InRelease  age: 5, x-cache: HIT
      http://HOST/deb/dists/stable/main/binary-amd64/Packages.gz  age: 5, x-cache: HIT
      http://HOST/deb/dists/stable/main/binary-amd64/Packages.xz  age: 5, x-cache: HIT
      http://HOST/deb/dists/stable/Release  age: 5, x-cache: HIT
      http://HOST/deb/dists/stable/Release.gpg  age: 5, x-cache: HIT
        Clients do not see what was published since, also when that was a fix or a removal.
        Purge the cache in between, or sync the copy that is served. Let the server send \`Cache-Control: no-cache\` for all but pool/, pages/ and by-hash/.
    deb revision 2 at http://HOST/deb: 9 pointers, 2 signatures, 4 index files, 3 packages looked at
    5 errors."
  `);
});

test('warnings alone end with 0', async () => {
  const { code, text } = await screen(
    ({ path }) =>
      path.includes('/by-hash/') || path.startsWith('/deb/pool/')
        ? undefined
        : { kind: 'headers', headers: {} },
    'deb/testing',
  );
  expect(code).toBe(0);
  expect(text).toMatchInlineSnapshot(`
    "Warning: the answer has neither Cache-Control nor Expires, so a cache keeps it as long as it likes (live-cacheable)
      http://HOST/deb/dists/testing/InRelease
      http://HOST/deb/dists/testing/main/binary-all/Packages.gz
      http://HOST/deb/dists/testing/main/binary-all/Packages.xz
      http://HOST/deb/key.asc
      http://HOST/deb/index.html
      http://HOST/deb/dists/testing/Release
      http://HOST/deb/dists/testing/Release.gpg
        A cache may give clients the old file after a publish, or files of two revisions that do not fit together.
        Let the server send \`Cache-Control: no-cache\` for all but pool/, pages/ and by-hash/.
    Warning: the server gives the ledger to anybody (live-state-public)
      http://HOST/.pakhus/deb/log/0000000001.json
        Anybody reads who published what and when, and proposals that are not published yet.
        Let the server refuse paths with /.pakhus/, or move the state out of the store (\`state:\`).
    deb revision 2 at http://HOST/deb: 7 pointers, 2 signatures, 2 index files, 0 packages looked at
    8 warnings."
  `);
});

test('a copy of the store that clients read themselves', async () => {
  const { session } = live;
  await cp(session.store, join(session.cwd, 'copy'), { recursive: true, preserveTimestamps: true });
  const { code, stdout } = await session.run(
    'verify',
    '--live',
    '--url',
    `file://${session.cwd}/copy`,
    '--all',
  );
  expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
    code: 0,
    last: 'Clients get what the ledger says.',
  });
});

describe('what cannot be', () => {
  test.each([
    [['--live'], 'CONFIG_INVALID', 2],
    [['--all'], 'CLI_USAGE', 2],
    [['--url', 'http://127.0.0.1:1'], 'CLI_USAGE', 2],
    [['deb/stable'], 'CLI_USAGE', 2],
    [['--live', '--url', 'http://127.0.0.1:1', 'deb/nope'], 'PLACE_NOT_FOUND', 1],
    [['--live', '--url', 'http://127.0.0.1:1', 'nope'], 'REPOSITORY_NOT_FOUND', 10],
    [['--live', '--url', 'ftp://127.0.0.1'], 'CLI_USAGE', 2],
  ])('%j', async (args, code, exit) => {
    expect(await live.session.json('verify', ...args)).toMatchObject({ code: exit, error: { code } });
  });
});
