/** Upstreams that want to know who asks. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMirrorSession, type MirrorSession } from '../../../tests/support/mirror-session.ts';

const BASIC = `Basic ${Buffer.from('ann:secret').toString('base64')}`;

/** Everything is 401 without this header. */
async function privateUpstream(authorization: string): Promise<MirrorSession> {
  const session = await createMirrorSession({ packages: [{ name: 'tool' }] });
  session.server.setHook((_, { headers }) =>
    headers.authorization === authorization ? undefined : { kind: 'status', status: 401 },
  );
  await session.add('--package', 'tool');
  return session;
}

test('whoever says nothing is told the status', async () => {
  await using session = await privateUpstream(BASIC);
  const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
  expect(stderr).toContain('dists/bookworm/InRelease: the server answers with status 401');
  expect(code).toBe(1);
});

test('a netrc file knows', async () => {
  await using session = await privateUpstream(BASIC);
  await writeFile(join(session.home, '.netrc'), 'machine 127.0.0.1 login ann password secret\n', {
    mode: 0o600,
  });
  expect((await session.run('mirror', 'sync', 'vendor')).stdout).toContain('vendor: 1 added');
});

test('a variable of the environment that pakhus.yaml names holds the header, and has to be there', async () => {
  await using session = await privateUpstream('Bearer token');
  const yaml = join(session.cwd, 'pakhus.yaml');
  await writeFile(yaml, `${await readFile(yaml, 'utf8')}    authorization: UPSTREAM_TOKEN\n`);
  const { code, stderr } = await session.run('mirror', 'sync', 'vendor');
  expect(stderr).toContain('the mirror vendor needs the environment variable UPSTREAM_TOKEN');
  expect(code).toBe(2);
  const env = { UPSTREAM_TOKEN: 'Bearer token' };
  const { stdout } = await session.runWith({ env }, 'mirror', 'sync', 'vendor');
  expect(stdout).toContain('vendor: 1 added');
});

test('the only mirror needs no name, one of several does', async () => {
  await using session = await createMirrorSession({ packages: [{ name: 'tool' }] });
  await session.add('--package', 'tool');
  expect((await session.run('mirror', 'sync')).stdout).toContain('vendor: 1 added');
  await session.run('mirror', 'add', 'other', 'deb [trusted=yes] https://x.example s main', '--package', 'x');
  for (const args of [[], ['vendor', '--all']]) {
    const { code, stderr } = await session.run('mirror', 'sync', ...args);
    expect(stderr).toMatch(/which mirror\?|vendor, or all mirrors\?/);
    expect(code).toBe(2);
  }
});

test('of all mirrors, those go on whose upstream is there', async () => {
  await using session = await createMirrorSession({ packages: [{ name: 'tool' }] });
  const away = `deb [trusted=yes arch=amd64] ${session.server.url}/away bookworm main`;
  await session.run('mirror', 'add', 'away', away, '--package', 'x');
  await session.add('--package', 'tool');
  const { code, stdout, stderr } = await session.run('mirror', 'sync', '--all');
  expect(stderr).toContain('/away has no dists/bookworm/InRelease');
  expect(stdout).toContain('vendor: 1 added');
  expect(stdout).toContain('away: not synced, see above.\n');
  expect(code).toBe(1);
});
