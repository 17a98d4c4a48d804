/** `pakhus store copy`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

async function withPackage(): Promise<CliSession> {
  const session = await createCliSession();
  await session.run('publish', await session.deb({ name: 'hello' }), '--init');
  return session;
}

function plain(text: string): string {
  return text.replaceAll(/[\d.]+ (B|kB)\b/g, 'SIZE').trimEnd();
}

test('makes the folder, copies what differs, and then nothing', async () => {
  await using session = await withPackage();
  const backup = join(session.cwd, 'backup');
  const dry = await session.run('store', 'copy', 'backup', '--dry-run');
  expect(plain(dry.stdout)).toMatch(
    new RegExp(`^deb: \\d+ files, SIZE would be copied to ${backup}\\. Nothing was changed\\.$`),
  );
  const first = await session.run('store', 'copy', 'backup');
  expect(complaintsIn(first.stderr)).toBe('');
  expect(plain(first.stdout)).toMatch(
    new RegExp(`^deb: copied \\d+ files, SIZE to ${backup}, which is at revision 1 now\\.$`),
  );
  const again = await session.run('store', 'copy', 'backup');
  expect(again.stdout).toBe(`deb: ${backup} has revision 1 already.\n`);
  expect((await session.run('verify', '--store', 'backup')).code).toBe(0);
  expect((await session.json('status', '--store', 'backup')).answer).toMatchObject({
    repositories: [{ name: 'deb', rev: 1, publishedRev: 1, stale: [] }],
  });
});

test('ledgers go where --state says; --public-only copies none', async () => {
  await using session = await withPackage();
  await session.run('store', 'copy', 'www', '--state', 'ledgers');
  expect(Object.keys(await folderState(join(session.cwd, 'www', '.pakhus'))).join()).not.toContain('deb/log');
  const apart = { env: { PAKHUS_STORE: 'www', PAKHUS_STATE: 'ledgers' } };
  expect((await session.runWith(apart, 'verify')).code).toBe(0);
  await rm(session.store, { recursive: true });
  const answer = await session.runWith(apart, 'store', 'copy', 'plain', '--public-only', '--json');
  expect(JSON.parse(answer.stdout)).toMatchObject({
    to: join(session.cwd, 'plain'),
    dryRun: false,
    repositories: [{ repository: 'deb', rev: 1, ledger: { files: 0 }, written: expect.any(Array) }],
  });
});

test('what cannot be: to itself, and two options that exclude each other', async () => {
  await using session = await withPackage();
  expect(await session.json('store', 'copy', './public')).toMatchObject({
    code: 2,
    error: { code: 'CLI_USAGE', message: expect.stringContaining('copied from') },
  });
  expect(await session.json('store', 'copy', 'www', '--state', 'x', '--public-only')).toMatchObject({
    code: 2,
  });
  expect(await session.json('store', 'copy', 'www', 'none')).toMatchObject({
    code: 10,
    error: { code: 'REPOSITORY_NOT_FOUND' },
  });
});

test('a copy that went its own way is refused', async () => {
  await using session = await withPackage();
  await session.run('store', 'copy', 'backup');
  await session.run('publish', await session.deb({ name: 'other' }), '--store', 'backup');
  const { code, stderr } = await session.run('store', 'copy', 'backup');
  expect(code).toBe(1);
  expect(complaintsIn(stderr).replaceAll(session.cwd, '')).toMatchInlineSnapshot(`
    "Error: /backup/.pakhus/deb: 'deb' is at revision 2 there, and at 1 in /public/.pakhus/deb (COPY_DIVERGED)
      The other store is the newer one: copy from it to this one instead. Nothing of it was changed."
  `);
});
