/** What commands say after a change when clients do not get it; `url:` leads to a web server with faults. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnsweringServer } from '../../../tests/support/answering-server.ts';
import { complaintsIn } from '../../../tests/support/cli-session.ts';
import { createStaticServer, type Fault } from '../../../tests/support/http-server.ts';
import {
  createLiveSession,
  type Faults,
  FRESH,
  type LiveSession,
} from '../../../tests/support/live-session.ts';

const INRELEASE = '/deb/dists/stable/InRelease';
const HELP = '\n  Then look again: pakhus verify --live deb';

let live: LiveSession;
let versions = 0;
beforeAll(async () => {
  live = await createLiveSession();
});
afterAll(() => live[Symbol.asyncDispose]());

/** Publishes a package while the server has these faults; gives what was complained about, without the server's address. */
async function publish(faults: Faults | undefined, env: Readonly<Record<string, string>> = {}) {
  const { session, server } = live;
  const file = await session.deb({ name: 'new', version: String(versions++) });
  live.setFaults(faults);
  server.clearLog();
  const reading = { PAKHUS_URL: server.url, PAKHUS_NO_READ_BACK: '', ...env };
  const { code, stderr } = await session.runWith({ env: reading }, 'publish', file);
  expect(code).toBe(0);
  return complaintsIn(stderr)
    .replaceAll(server.url, 'http://HOST')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:]{8}Z/g, 'DATE');
}

const entry =
  (fault: (tries: number) => Fault | undefined): Faults =>
  ({ path }) =>
    path === INRELEASE ? fault(live.server.log.length) : undefined;

test('nothing, when clients get it: one request', async () => {
  expect(await publish(undefined)).toBe('');
  expect(live.server.log).toMatchObject([{ method: 'GET', path: INRELEASE }]);
});

test('nothing, when a cache needed a moment', async () => {
  const late = await publish(async ({ path, file }) =>
    path === INRELEASE && live.server.log.length < 3
      ? { kind: 'body', body: await file(1), headers: FRESH }
      : undefined,
  );
  expect(late).toBe('');
  expect(live.server.log).toHaveLength(3);
});

describe('one warning, whatever it is, and the change is made', () => {
  test.each<[what: string, fault: Fault, said: string]>([
    ['refused', { kind: 'status', status: 403 }, 'the server answers 403 (live-forbidden)'],
    ['missing', { kind: 'status', status: 404 }, 'the server answers 404 (live-missing)'],
    [
      'compressed on its way',
      { kind: 'body', body: gzipSync('x'), headers: { ...FRESH, 'content-encoding': 'gzip' } },
      'it was compressed on its way (Content-Encoding: gzip) (live-encoded)',
    ],
    [
      'other bytes',
      { kind: 'body', body: Buffer.from('Origin: evil\n'), headers: FRESH },
      'it has other bytes than any revision that is known',
    ],
    [
      'led to where nobody is',
      { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      '127.0.0.1:1 refuses the connection (live-unreachable)',
    ],
  ])('%s', async (_what, fault, said) => {
    const lines = await publish(entry(() => fault));
    expect(lines).toContain(
      `Warning: Published, but clients do not get it: http://HOST${INRELEASE}: ${said}`,
    );
    expect(lines.endsWith(HELP)).toBe(true);
    expect(lines.match(/Warning:/g)).toHaveLength(1);
  });

  test('a stale cache: which revision, and which cache', async () => {
    const lines = await publish(async ({ path, file }) =>
      path === INRELEASE
        ? { kind: 'body', body: await file(1), headers: { ...FRESH, age: '300', 'x-cache': 'HIT' } }
        : undefined,
    );
    expect(lines).toMatchInlineSnapshot(`
      "Warning: Published, but clients do not get it: http://HOST/deb/dists/stable/InRelease: it is of revision 1 (DATE), which revision 2 replaced on DATE (age: 300, x-cache: HIT) (live-stale)
        Purge the cache in between, or sync the copy that is served. Let the server send \`Cache-Control: no-cache\` for all but pool/, pages/ and by-hash/.
        Then look again: pakhus verify --live deb"
    `);
  });
});

test('nobody answers: it ends after some seconds', async () => {
  await using silent = await createAnsweringServer(() => undefined);
  const lines = await publish(undefined, { PAKHUS_URL: silent.url });
  expect(lines).toContain('/deb: no answer came within 5 s (live-unreachable)');
}, 20_000);

test('another host that has the file is told all the same', async () => {
  await using other = await createStaticServer(live.session.store);
  const location = other.url.replace('127.0.0.1', 'localhost') + INRELEASE;
  const lines = await publish(entry(() => ({ kind: 'status', status: 301, headers: { location } })));
  expect(lines).toContain(`the server answers 301 and leads to ${location} (live-redirect)`);
});

describe('nothing is asked for', () => {
  test.each<[what: string, env: Readonly<Record<string, string>>]>([
    ['when it is switched off', { PAKHUS_NO_READ_BACK: '1' }],
    ['without a URL', { PAKHUS_URL: '' }],
    ['of a folder', { PAKHUS_URL: 'file:///nowhere' }],
  ])('%s', async (_what, env) => {
    expect(await publish(undefined, env)).toBe('');
    expect(live.server.log).toEqual([]);
  });

  test('when a repository is only made', async () => {
    const { session, server } = live;
    await session.configure('repositories: { deb: { format: deb }, other: { format: deb } }');
    server.clearLog();
    const env = { PAKHUS_URL: server.url, PAKHUS_NO_READ_BACK: '' };
    expect((await session.runWith({ env }, 'init')).code).toBe(0);
    expect(server.log).toEqual([]);
  });
});

test('every command that changes something looks', async () => {
  await using own = await createLiveSession();
  const { session, server } = own;
  const env = { PAKHUS_URL: server.url, PAKHUS_NO_READ_BACK: '' };
  const asked = async (...args: readonly string[]): Promise<readonly string[]> => {
    server.clearLog();
    const { code, stderr } = await session.runWith({ env }, ...args);
    expect({ code, said: complaintsIn(stderr) }).toEqual({ code: 0, said: '' });
    return server.log.map(({ path }) => path.replace('/deb/dists/', ''));
  };
  expect(await asked('promote', 'deb/stable', 'deb/testing', 'hello')).toEqual(['testing/InRelease']);
  expect(await asked('remove', 'deb/testing', 'hello')).toEqual(['testing/InRelease']);
  expect(await asked('remove', 'deb/stable', 'world', '--dry-run')).toEqual([]);
  await session.configure('repositories: { deb: { format: deb, channels: [stable, testing], origin: me } }');
  expect(await asked('apply')).toEqual(['stable/InRelease', 'testing/InRelease']);
});
