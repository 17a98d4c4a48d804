/** Mirrors of an upstream that fails: the right outcome, a clear message, nothing unverified visible, and the next run finishes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ForeignPackage } from '../../../tests/support/foreign-repository.ts';
import type { Fault } from '../../../tests/support/http-server.ts';
import { createMirrorSession, type MirrorSession } from '../../../tests/support/mirror-session.ts';
import { quickDeb } from '../../../tests/support/quick-deb.ts';

const PACKAGES: readonly ForeignPackage[] = [
  { name: 'app', fields: { Depends: 'lib' } },
  { name: 'lib', content: 'x'.repeat(5000) },
  { name: 'tool' },
];
const LIB = '/pool/main/l/lib/lib_1.0_amd64.deb';

/** A mirror of `wanted` that was never synced. */
async function mirrorOf(...wanted: readonly string[]): Promise<MirrorSession> {
  const session = await createMirrorSession({ packages: PACKAGES });
  await session.add(...wanted);
  session.asked();
  return session;
}

/** Requests for `path` get these answers, one after the other; then all is well. */
function failing({ server }: MirrorSession, path: string, ...faults: readonly Fault[]): void {
  let at = 0;
  server.setHook((asked) => (asked === path ? faults[at++] : undefined));
}

/** Requests for `path` always get this answer. */
function broken({ server }: MirrorSession, path: string, fault: Fault): void {
  server.setHook((asked) => (asked === path ? fault : undefined));
}

async function held({ json }: MirrorSession): Promise<readonly string[]> {
  const { answer } = await json('list', 'vendor');
  return (answer as { packages: { name: string }[] }).packages.map(({ name }) => name).sort();
}

/** Nothing is published, and once the server is well again the next run finishes. */
async function expectRecovery(session: MirrorSession): Promise<void> {
  expect((await session.run('list', 'vendor')).code).toBe(10);
  session.server.setHook(undefined);
  expect((await session.run('mirror', 'sync', 'vendor')).code).toBe(0);
  expect(await held(session)).toEqual(['app', 'lib']);
  expect((await session.run('verify', 'vendor')).code).toBe(0);
}

const BUSY: Fault = { kind: 'status', status: 429, headers: { 'retry-after': '7' } };
const DOWN: Fault = { kind: 'status', status: 503 };

describe('what passes is outlasted', () => {
  test.each([
    ['a connection that is cut before the first byte', [{ kind: 'cut', afterBytes: 0 }], 1],
    ['one that is cut again and again', [60, 90, 300].map((afterBytes) => ({ kind: 'cut', afterBytes })), 3],
    ['429 with Retry-After', [BUSY, BUSY], 2],
    ['503', [DOWN, DOWN, DOWN], 3],
    ['a cache on the way with other bytes', [{ kind: 'body', body: Buffer.alloc(5682) }], 1],
    ['a redirect', [{ kind: 'status', status: 302, headers: { location: LIB } }], 0],
  ] satisfies [string, Fault[], number][])('%s', async (_, faults, retries) => {
    await using session = await mirrorOf('--package', 'app');
    failing(session, LIB, ...faults);
    const { code, answer } = await session.json('mirror', 'sync', 'vendor');
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      mirrors: [{ counts: { retries }, fetched: { downloaded: 2, failed: 0 } }],
    });
    expect(await held(session)).toEqual(['app', 'lib']);
  });

  test('a cut download goes on where it was cut', async () => {
    await using session = await mirrorOf('--package', 'app');
    failing(session, LIB, { kind: 'cut', afterBytes: 100 });
    await session.run('mirror', 'sync', 'vendor');
    const ranges = session.server.log.filter(({ path }) => path === LIB).map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=100-']);
  });

  test('an index that is replaced in the middle of a sync', async () => {
    await using session = await mirrorOf('--package', 'app');
    let isReplaced = false;
    session.server.setHook(async (path) => {
      if (isReplaced || !path.endsWith('Packages.gz')) return undefined;
      isReplaced = true;
      await session.upstream({ packages: [...PACKAGES, { name: 'other' }] });
      return undefined;
    });
    expect((await session.run('mirror', 'sync', 'vendor')).code).toBe(0);
    expect(await held(session)).toEqual(['app', 'lib']);
  });
});

describe('what lasts ends the sync, and nothing is published', () => {
  test.each([
    ['404', { kind: 'status', status: 404 }, 'lib_1.0_amd64.deb: it is not there'],
    [
      'wrong bytes of another length',
      { kind: 'body', body: Buffer.from('x') },
      'it has 1 bytes, and the index says',
    ],
    ['503', DOWN, 'lib_1.0_amd64.deb: the server answers with status 503'],
    [
      'an hour',
      { kind: 'status', status: 429, headers: { 'retry-after': '3600' } },
      'status 429 and Retry-After: 3600',
    ],
    ['connections that are cut', { kind: 'cut', afterBytes: 0 }, 'the connection was cut'],
    [
      'a redirect loop',
      { kind: 'status', status: 302, headers: { location: LIB } },
      'redirects more than 10 times',
    ],
    [
      '40 GB',
      { kind: 'status', status: 200, headers: { 'content-length': '40000000000' } },
      'it has 40000000000 bytes',
    ],
  ] satisfies [string, Fault, string][])('%s', async (_, fault, message) => {
    await using session = await mirrorOf('--package', 'app');
    broken(session, LIB, fault);
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('vendor: 1 required package could not be fetched');
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    session.asked();
    await expectRecovery(session);
    expect(session.asked().filter((path) => path.endsWith('.deb'))).toEqual([LIB.slice(1)]);
  });

  test('wrong bytes of the right length', async () => {
    await using session = await mirrorOf('--package', 'app');
    const file = await readFile(join(session.cwd, 'upstream', LIB));
    broken(session, LIB, { kind: 'body', body: Buffer.from(file).fill(0, 200, 300) });
    const { stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('it is not the file that the index names');
    await expectRecovery(session);
  });

  test('a server that gives no file at all is asked for a few only', async () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ name: `p${at}` }));
    await using session = await createMirrorSession({ packages: many });
    await session.add('--package', '*');
    session.server.setHook((path) => (path.endsWith('.deb') ? { kind: 'status', status: 404 } : undefined));
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('12 files in a row could not be fetched, the last one: ');
    expect(code).toBe(1);
  });
});

test('what is optional is left out with what needs it: exit code 3, and the next run brings it', async () => {
  await using session = await mirrorOf('--package', 'tool', '--optional', 'app');
  broken(session, LIB, DOWN);
  const { code, stdout } = await session.run('mirror', 'sync', 'vendor');
  expect(code).toBe(3);
  expect(stdout).toContain('left out: app: app needs lib');
  expect(stdout).toContain('1 failed');
  expect(await held(session)).toEqual(['tool']);
  session.server.setHook(undefined);
  expect((await session.run('mirror', 'sync', 'vendor')).code).toBe(0);
  expect(await held(session)).toEqual(['app', 'lib', 'tool']);
});

describe('indexes are believed only', () => {
  test('by a signature of a known key', async () => {
    await using session = await createMirrorSession({ packages: PACKAGES, signer: null });
    await session.add('--package', 'app');
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('dists/bookworm/Release is not signed');
    expect(code).toBe(12);
  });

  test('as they were signed', async () => {
    await using session = await mirrorOf('--package', 'app');
    const path = join(session.cwd, 'upstream/dists/bookworm/InRelease');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('Origin: Vendor', 'Origin: Somebody'));
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('The signature of dists/bookworm/InRelease does not hold');
    expect(code).toBe(12);
    await writeFile(path, text);
    await expectRecovery(session);
  });

  test('while they are valid, unless somebody says otherwise', async () => {
    await using session = await createMirrorSession({
      packages: PACKAGES,
      release: { 'Valid-Until': 'Thu, 01 Jan 2026 00:00:00 UTC' },
    });
    await session.add('--package', 'app');
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('dists/bookworm/InRelease was valid until 2026-01-01T00:00:00.000Z');
    expect(code).toBe(12);
    const yaml = join(session.cwd, 'pakhus.yaml');
    await writeFile(yaml, (await readFile(yaml, 'utf8')).replace('[arch', '[check-valid-until=no arch'));
    expect((await session.run('mirror', 'sync', 'vendor')).code).toBe(0);
  });

  test('as the signed list has them', async () => {
    await using session = await mirrorOf('--package', 'app');
    const suite = '/dists/bookworm/main/binary-amd64/Packages';
    session.server.setHook((path) =>
      path.startsWith(suite) ? { kind: 'body', body: Buffer.from('x') } : undefined,
    );
    const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
    expect(stderr).toContain('it has 1 bytes, and the index says');
    expect(code).toBe(1);
    await expectRecovery(session);
  });

  test('for suites, components and architectures that are there', async () => {
    await using session = await createMirrorSession({ packages: PACKAGES });
    const add = (name: string, line: string) =>
      session.run('mirror', 'add', name, `deb [trusted=yes ${line}`, '--package', 'app');
    await add('a', `arch=amd64] ${session.server.url} trixie main`);
    await add('b', `arch=amd64] ${session.server.url} bookworm contrib`);
    await add('c', `arch=s390x] ${session.server.url} bookworm main`);
    const problems = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await session.run('mirror', 'sync', name, '--dry-run')).stderr),
    );
    expect(problems[0]).toContain('has no dists/trixie/InRelease');
    expect(problems[1]).toContain("the suite bookworm has no component 'contrib'; it has main");
    expect(problems[2]).toContain('the suite bookworm has nothing for s390x; it has amd64, arm64');
  });
});

test('a file of the index that is another package is not taken', async () => {
  await using session = await createMirrorSession({
    packages: [{ name: 'liar', stanza: { Version: '2.0' } }, { name: 'tool' }],
  });
  await session.add('--package', 'tool', '--optional', 'liar');
  const { code, stdout } = await session.run('mirror', 'sync', 'vendor');
  expect(stdout).toContain('its version is 1.0, and the index says 2.0');
  expect(code).toBe(3);
  expect(await held(session)).toEqual(['tool']);
});

test('what lies at a usual path already and is another file stays, and ours lies apart', async () => {
  await using session = await mirrorOf('--package', 'tool');
  const folder = join(session.store, 'vendor/pool/main/t/tool');
  await quickDeb(folder, { name: 'tool', content: 'somebody else' });
  expect((await session.run('mirror', 'sync', 'vendor')).code).toBe(0);
  const { answer } = await session.json('show', 'vendor', 'tool');
  expect(JSON.stringify(answer)).toMatch(/pool\/main\/t\/tool\/[0-9a-f]{12}\/tool_1\.0_amd64\.deb/);
});
