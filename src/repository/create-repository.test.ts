import { expect, test } from 'vitest';
import { readAsClient } from '../../tests/support/apt-reader.ts';
import { createTestRepository, keysOf, type TestUser } from '../../tests/support/test-repository.ts';
import { createRepository } from './create-repository.ts';
import { readLog } from './history/history.ts';

async function create(user: TestUser, { dryRun = false } = {}) {
  const workspace = await user.workspace();
  const config = await workspace.configOf('deb');
  const repository = await workspace.open(config, { makeLedgerKey: !dryRun });
  return createRepository(repository, { settings: config.settings, proposers: [], dryRun }, user.options);
}

test('a new repository is one revision without packages, which clients can read', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable, testing], architectures: [arm64]');
  const made = await create(user);
  expect(made).toMatchObject({ created: true, signers: [expect.stringMatching(/^[0-9a-f]{40}$/)] });
  expect((await readLog(await user.open(), { limit: 9 })).map(({ message }) => message)).toEqual([
    'make deb',
  ]);
  for (const channel of ['stable', 'testing'])
    expect(await readAsClient(user.store, 'deb', channel)).toMatchObject({ packages: [] });
  expect(await keysOf(user.store)).toContain('deb/dists/stable/main/binary-arm64/Packages.gz');
});

test('one that is there stays as it is, and says what it is', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable, testing]');
  const { signers } = await create(user);
  await user.configure('channels: [other]');
  const again = await create(user);
  expect(again).toMatchObject({ created: false, signers });
  expect(again.settings.channels.map(({ name }) => name)).toEqual(['stable', 'testing']);
  expect(await readLog(await user.open(), { limit: 9 })).toHaveLength(1);
});

test('a dry run makes nothing, no key either', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]');
  expect(await create(user, { dryRun: true })).toMatchObject({ created: true, signers: [] });
  expect(await keysOf(user.store)).toEqual([]);
  expect(await (await user.open()).keys.ledgerSigner()).toBeUndefined();
});

test('settings that clients could not read make nothing', async () => {
  await using user = await createTestRepository();
  await user.configure('components: [inrelease]');
  await expect(create(user)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  expect(await keysOf(user.store)).toEqual([]);
});

test('two that are made at once by one user are one', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]');
  const both = await Promise.all([create(user), create(user)]);
  expect(both[0]?.signers).toEqual(both[1]?.signers);
  expect(await readAsClient(user.store, 'deb', 'stable')).toMatchObject({ packages: [] });
});
