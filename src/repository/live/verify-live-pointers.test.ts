/** Faults of web servers and caches in front of a real repository, and what `pakhus verify --live` makes of each: pointers. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintsIn } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';
import type { Fault } from '../../../tests/support/http-server.ts';
import {
  createLiveSession,
  type Faults,
  FRESH,
  type LiveSession,
} from '../../../tests/support/live-session.ts';

const INRELEASE = '/deb/dists/stable/InRelease';
const RELEASE = '/deb/dists/stable/Release';
const ALIAS = '/deb/dists/stable/main/binary-amd64/Packages.gz';

let live: LiveSession;
beforeAll(async () => {
  live = await createLiveSession();
});
afterAll(() => live[Symbol.asyncDispose]());

const at =
  (wanted: string, fault: Fault): Faults =>
  ({ path }) =>
    path === wanted ? fault : undefined;
const headersAt = (path: string, headers: Readonly<Record<string, string | undefined>>): Faults =>
  at(path, { kind: 'headers', headers: { 'cache-control': 'no-cache', ...headers } });
const oldAt =
  (...paths: readonly string[]): Faults =>
  async ({ path, file }) =>
    paths.includes(path) ? { kind: 'body', body: await file(1), headers: FRESH } : undefined;

test('a good server has no findings, and all of it was looked at', async () => {
  const { code, findings, checked } = await live.look(undefined);
  expect({ code, findings }).toEqual({ code: 0, findings: [] });
  expect(checked).toEqual({ pointers: 14, signatures: 4, indexes: 6, packages: 3 });
});

test('nothing is written, and no key is needed', async () => {
  live.setFaults(undefined);
  const { store } = live.session;
  const before = await folderState(store);
  const env = { HOME: '/nohome', PAKHUS_STORE: store };
  const { code, stderr } = await live.session.runWith({ env }, 'verify', '--live', '--url', live.server.url);
  expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
  expect(await folderState(store)).toEqual(before);
});

const bodyAt = (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Faults =>
  at(path, { kind: 'body', body: Buffer.from(body), headers: { ...FRESH, ...headers } });

describe('each fault of a pointer has a name', () => {
  test.each<[what: string, faults: Faults, findings: readonly string[]]>([
    ['missing', at(INRELEASE, { kind: 'status', status: 404 }), [`live-missing ${INRELEASE}`]],
    ['refused', at(INRELEASE, { kind: 'status', status: 403 }), [`live-forbidden ${INRELEASE}`]],
    ['a broken server', at(INRELEASE, { kind: 'status', status: 502 }), [`live-status ${INRELEASE}`]],
    ['cut', at(RELEASE, { kind: 'cut', afterBytes: 10 }), [`live-truncated ${RELEASE}`]],
    [
      'only its beginning',
      async ({ path, file }) =>
        path === RELEASE ? { kind: 'body', body: (await file()).subarray(0, 99), headers: FRESH } : undefined,
      [`live-truncated ${RELEASE}`],
    ],
    ['other bytes', bodyAt(RELEASE, 'Origin: evil\n'), [`live-altered ${RELEASE}`]],
    [
      'a web page',
      bodyAt(RELEASE, '<html>', { 'content-type': 'text/html' }),
      [`live-content-type ${RELEASE}`, `live-altered ${RELEASE}`],
    ],
    [
      'compressed on its way',
      async ({ path, file }) =>
        path === RELEASE
          ? {
              kind: 'body',
              body: gzipSync(await file()),
              headers: { ...FRESH, 'content-encoding': 'gzip' },
            }
          : undefined,
      [`live-encoded ${RELEASE}`],
    ],
    [
      'called compressed',
      headersAt(ALIAS, { 'content-encoding': 'gzip' }),
      [`live-encoding-header ${ALIAS}`],
    ],
    ['called HTML', headersAt(RELEASE, { 'content-type': 'text/html' }), [`live-content-type ${RELEASE}`]],
    ['nothing about caches', headersAt(ALIAS, { 'cache-control': undefined }), [`live-cacheable ${ALIAS}`]],
    ['kept for an hour', headersAt(ALIAS, { 'cache-control': 'max-age=3600' }), [`live-cacheable ${ALIAS}`]],
    ['undated', headersAt(INRELEASE, { 'last-modified': undefined }), [`live-undated ${INRELEASE}`]],
    [
      'dated ahead',
      headersAt(INRELEASE, { 'last-modified': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
      [`live-misdated ${INRELEASE}`, `live-not-modified ${INRELEASE}`],
    ],
    [
      'always of one date',
      headersAt(INRELEASE, { 'last-modified': 'Thu, 01 Jan 1970 00:00:01 GMT' }),
      [`live-misdated ${INRELEASE}`],
    ],
    [
      'never modified',
      ({ path, request: { headers } }) =>
        path === INRELEASE && 'if-modified-since' in headers ? { kind: 'status', status: 304 } : undefined,
      [`live-not-modified ${INRELEASE}`],
    ],
    [
      'elsewhere',
      at(RELEASE, { kind: 'status', status: 301, headers: { location: INRELEASE } }),
      [`live-redirect ${RELEASE}`, `live-altered ${RELEASE}`],
    ],
  ])('%s', async (_what, faults, findings) => {
    const seen = await live.look(faults);
    expect(seen.short).toEqual(findings);
    expect(seen.code).toBe(seen.findings.some(({ severity }) => severity === 'error') ? 12 : 0);
  });
});

describe('files of an older revision', () => {
  const [gz, xz] = [ALIAS, ALIAS.replace('.gz', '.xz')];

  test('say which, since when it is replaced, and which cache has kept them', async () => {
    const faults: Faults = async ({ path, file }) =>
      path === '/deb/dists/stable/Release'
        ? { kind: 'body', body: await file(1), headers: { ...FRESH, age: '7200', 'x-cache': 'HIT' } }
        : undefined;
    expect((await live.look(faults)).findings[0]).toMatchObject({
      code: 'live-stale',
      severity: 'error',
      problem: expect.stringMatching(
        /^it is of revision 1 \(\d{4}-.*Z\), which revision 2 replaced on \d{4}-.*Z$/,
      ),
      evidence: 'age: 7200, x-cache: HIT',
      harm: expect.stringContaining('published since'),
      remedy: expect.stringContaining('Purge the cache'),
    });
  });

  test.each<[what: string, paths: readonly string[], findings: readonly string[]]>([
    [
      'all of a channel: stale, and nothing is torn',
      [INRELEASE, RELEASE, `${RELEASE}.gpg`, gz, xz],
      [INRELEASE, gz, xz, RELEASE, `${RELEASE}.gpg`].map((path) => `live-stale ${path}`),
    ],
    [
      'the entry alone: clients that do not ask by hash find indexes that do not fit',
      [INRELEASE],
      [`live-stale ${INRELEASE}`, `live-torn ${gz}`, `live-torn ${xz}`],
    ],
    [
      'a signature without its file',
      [`${RELEASE}.gpg`],
      [`live-stale ${RELEASE}.gpg`, `live-torn ${RELEASE}.gpg`],
    ],
    ['a file without its signature', [RELEASE], [`live-stale ${RELEASE}`, `live-torn ${RELEASE}.gpg`]],
    ['an index', [gz], [`live-stale ${gz}`, `live-torn ${gz}`]],
  ])('%s', async (_what, paths, findings) => {
    expect((await live.look(oldAt(...paths))).short).toEqual(findings);
  });

  test('a stale entry is held against the indexes that it names, not the newest ones', async () => {
    live.server.clearLog();
    let entry = '';
    await live.look(async ({ path, file }) => {
      if (path === INRELEASE) entry = Buffer.from(await file(1)).toString();
      return path === INRELEASE ? { kind: 'body', body: Buffer.from(entry), headers: FRESH } : undefined;
    }, 'deb/stable');
    const named = entry.matchAll(/^ ([0-9a-f]{64}) .*\.[gx]z$/gm);
    const asked = live.server.log.flatMap(({ path }) => /by-hash\/SHA256\/(.*)/.exec(path)?.[1] ?? []);
    expect(asked.sort()).toEqual([...named].map(([, hash]) => hash).sort());
  });
});
