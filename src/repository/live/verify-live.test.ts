/** Faults of web servers in front of a real repository: files that never change, and what the place and the moment do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../../tests/support/http-server.ts';
import { createLiveSession, type Faults, type LiveSession } from '../../../tests/support/live-session.ts';

const ALIAS = '/deb/dists/stable/main/binary-amd64/Packages.gz';
const HELLO = '/deb/pool/main/h/hello/hello_1.0_amd64.deb';
const PLUS = '/deb/pool/main/libf/libfoo+bar/libfoo+bar_1.0~rc1_amd64.deb';
const STATE = '/.pakhus/deb/log/0000000001.json';

let live: LiveSession;
beforeAll(async () => {
  live = await createLiveSession();
});
afterAll(() => live[Symbol.asyncDispose]());

const at =
  (wanted: string, fault: Fault): Faults =>
  ({ path }) =>
    path === wanted ? fault : undefined;

describe('files that never change', () => {
  test.each<[what: string, faults: Faults, code: string]>([
    [
      'missing',
      ({ path }) => (path.includes('/by-hash/') ? { kind: 'status', status: 404 } : undefined),
      'live-missing',
    ],
    [
      'other bytes',
      ({ path }) => (path.includes('/by-hash/') ? { kind: 'body', body: Buffer.from('x') } : undefined),
      'live-altered',
    ],
  ])('an index that InRelease names: %s', async (_what, faults, code) => {
    const { short: found } = await live.look(faults, 'deb/testing');
    expect(found).toHaveLength(2);
    for (const one of found)
      expect(one).toContain(`${code} /deb/dists/testing/main/binary-all/by-hash/SHA256/`);
  });

  test.each<[what: string, faults: Faults, findings: readonly string[]]>([
    ['a package that is missing', at(HELLO, { kind: 'status', status: 404 }), [`live-missing ${HELLO}`]],
    [
      'a package of another size',
      at(HELLO, { kind: 'body', body: Buffer.from('x') }),
      [`live-truncated ${HELLO}`],
    ],
    ['a + that is not decoded', at(PLUS, { kind: 'status', status: 404 }), [`live-name ${PLUS}`]],
    [
      'a + that becomes a blank',
      ({ request: { url = '' } }) => (url.includes('+') ? { kind: 'status', status: 403 } : undefined),
      [`live-plus ${PLUS}`],
    ],
    [
      'ranges that are not known',
      async ({ path, file, request: { headers } }) =>
        path === PLUS && headers.range !== undefined ? { kind: 'body', body: await file() } : undefined,
      [`live-no-range ${PLUS}`],
    ],
    [
      'ranges that are refused',
      ({ path, request: { headers } }) =>
        path === PLUS && headers.range !== undefined ? { kind: 'status', status: 416 } : undefined,
      [`live-range ${PLUS}`],
    ],
    [
      'ranges with the wrong bytes',
      ({ request }) => {
        if (request.headers.range !== undefined) request.headers.range = 'bytes=0-1023';
        return undefined;
      },
      [`live-range ${PLUS}`],
    ],
    [
      'a ledger for everybody',
      async ({ path, file }) => (path === STATE ? { kind: 'body', body: await file() } : undefined),
      [`live-state-public ${STATE}`],
    ],
    ['a page for everything that is not there', at(STATE, { kind: 'body', body: Buffer.from('<html>') }), []],
  ])('%s', async (_what, faults, findings) => {
    expect((await live.look(faults)).short).toEqual(findings);
  });

  test('a server that knows no HEAD is asked for the whole file', async () => {
    const faults: Faults = ({ path, request: { method } }) =>
      method === 'HEAD' && path !== HELLO ? { kind: 'status', status: 405 } : undefined;
    expect((await live.look(faults)).short).toEqual([]);
  });

  test('other bytes of the right size are found with --all', async () => {
    const faults: Faults = async ({ path, file }) => {
      const body = path === HELLO ? Buffer.from(await file()) : undefined;
      return body && { kind: 'body', body: body.fill(0) };
    };
    expect((await live.look(faults)).short).toEqual([]);
    expect((await live.look(faults, '--all')).short).toEqual([`live-altered ${HELLO}`]);
  });
});

test('one channel: nothing of the others is asked for', async () => {
  live.server.clearLog();
  const { checked } = await live.look(undefined, 'deb/testing/main');
  expect(checked).toEqual({ pointers: 7, signatures: 2, indexes: 2, packages: 0 });
  expect(live.server.log.filter(({ path }) => path.includes('stable'))).toEqual([]);
});

test('a server that does not answer is one finding, not a hundred', async () => {
  const { code, answer } = await live.session.json('verify', '--live', '--url', 'http://127.0.0.1:1');
  expect({ code, answer }).toMatchObject({
    code: 12,
    answer: {
      repositories: [
        {
          findings: [
            {
              code: 'live-unreachable',
              url: 'http://127.0.0.1:1/deb/dists/stable/InRelease',
              problem: '127.0.0.1:1 refuses the connection',
            },
          ],
          checked: { pointers: 1, packages: 0 },
        },
      ],
    },
  });
});

describe('what time does', () => {
  const DAY_MS = 24 * 3_600_000;

  test('a channel that was signed for eight days has to be signed again', async () => {
    await using old = await createLiveSession();
    const { clock } = old.session;
    const entries = ['/deb/dists/stable/InRelease', '/deb/dists/testing/InRelease'];
    expect((await old.look(undefined)).short).toEqual([]);
    await clock.sleep(6.5 * DAY_MS);
    expect((await old.look(undefined)).short).toEqual(entries.map((path) => `live-expires-soon ${path}`));
    await clock.sleep(2 * DAY_MS);
    const { code, short } = await old.look(undefined);
    expect({ code, short }).toEqual({ code: 12, short: entries.map((path) => `live-expired ${path}`) });
  });

  test('a key that has expired', async () => {
    await using old = await createLiveSession('signers: [short]');
    expect((await old.look(undefined)).short).toEqual([]);
    await old.session.clock.sleep(3 * DAY_MS);
    const { findings } = await old.look(undefined, 'deb/stable');
    expect(findings.map(({ code, problem }) => `${code} ${problem}`)).toEqual([
      expect.stringMatching(
        /^live-signature The signature of dists\/stable\/Release.gpg does not hold: .*expired/,
      ),
      expect.stringMatching(
        /^live-signature The signature of dists\/stable\/InRelease does not hold: .*expired/,
      ),
    ]);
  });
});

test('what somebody publishes meanwhile is no finding', async () => {
  await using busy = await createLiveSession();
  const { session, server } = busy;
  await session.deb({ name: 'late' });
  let published: Promise<unknown> | undefined;
  busy.setFaults(async ({ path }) => {
    if (path !== ALIAS) return undefined;
    published ??= session.run('publish', 'late_1.0_amd64.deb');
    await published;
    return undefined;
  });
  const { code, answer } = await session.json('verify', '--live', '--url', server.url);
  expect({ code, answer }).toMatchObject({ code: 0, answer: { repositories: [{ rev: 3, findings: [] }] } });
});
