import { readFile, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  flipByte,
  keysOf,
  type TestUser,
} from '../../tests/support/test-repository.ts';
import { listKeys } from '../signing/key-store.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import { readOnlyStorage } from '../storage/read-only.ts';
import { diagnose } from './doctor.ts';

/** `verdict check: finding` of all that is not well. */
async function complaints(user: TestUser): Promise<readonly string[]> {
  const checks = await diagnose(await user.workspace(), user.options);
  for (const { verdict, remedy } of checks) expect(remedy === undefined).toBe(verdict === 'good');
  return checks
    .filter(({ verdict }) => verdict !== 'good')
    .map(({ verdict, check, finding }) => `${verdict} ${check}: ${finding}`);
}

async function ledgerKeyOf(user: TestUser): Promise<string> {
  const { config } = await user.workspace();
  const file = (await listKeys(config.keys.value)).keys.find(({ kind }) => kind === 'ledger');
  return readFile(file?.path ?? '', 'utf8');
}

async function healthy() {
  const user = await createTestRepository();
  await user.configure('channels: [stable]', 'url: https://example.org');
  await user.publish([{ name: 'hello' }]);
  return user;
}

test('a healthy store has no complaints, and doctor leaves no trace', async () => {
  await using user = await healthy();
  const before = await keysOf(user.store);
  const checks = await diagnose(await user.workspace(), user.options);
  expect(checks.map(({ check }) => check.replace(/[0-9a-f]{40}/, 'KEY'))).toEqual([
    'store /simulated',
    'deb: ledger',
    'deb: published',
    'deb: ledger key',
    'deb: signing key KEY',
  ]);
  expect(await complaints(user)).toEqual([]);
  expect(await keysOf(user.store)).toEqual(before);
});

describe('what will hurt is named', () => {
  type Harm = (user: TestUser) => Promise<unknown>;
  test.each<[what: string, harm: Harm, complaint: string]>([
    [
      'no URL',
      (user) => user.configure('channels: [stable]'),
      'warning url: no URL is configured, so client instructions show a path of this machine',
    ],
    [
      'a pointer that is not the newest',
      (user) => user.store.delete('deb/dists/stable/InRelease'),
      'bad deb: published: clients do not see all of revision 1 (1 file)',
    ],
    [
      'pakhus.yaml that was not applied',
      (user) => user.configure('channels: [stable], keep: 3', 'url: https://example.org'),
      'warning deb: settings: pakhus.yaml differs from revision 1 in keep',
    ],
    [
      'a damaged ledger',
      (user) => flipByte(user.store, '.pakhus/deb/log/0000000001.json'),
      'bad deb: ledger: ',
    ],
    [
      'a repository that nothing was published to',
      (user) => user.configure('channels: [stable] }, other: { format: deb', 'url: https://example.org'),
      'warning other: ledger: nothing was published yet',
    ],
  ])('%s', async (_what, harm, complaint) => {
    await using user = await healthy();
    await harm(user);
    expect(await complaints(user)).toEqual([expect.stringContaining(complaint)]);
  });

  test('keys that are not here', async () => {
    await using user = await healthy();
    const { config } = await user.workspace();
    await rm(config.keys.value, { recursive: true });
    expect(await complaints(user)).toEqual([
      'warning deb: ledger key: none here: this machine can read and repair, not publish',
      expect.stringMatching(/^bad deb: signing key [0-9a-f]{40}: The secret key of .* is not here/),
    ]);
  });

  test('a ledger key that is not listed', async () => {
    await using user = await healthy();
    await using home = await createTempDir('other');
    const other = createTestUser({
      ...user,
      store: createMemoryStorage({ clock: user.clock }),
      folder: home.path,
    });
    await other.publish([{ name: 'own' }]);
    const { config } = await user.workspace();
    const env = { PAKHUS_KEYS: config.keys.value, PAKHUS_LEDGER_KEY: await ledgerKeyOf(other) };
    const known = `ledger: [${(await user.open()).ledger.signer?.keyId}]`;
    await user.configure('channels: [stable]', 'url: https://example.org', known);
    const found = await complaints(createTestUser({ ...user, env }));
    expect(found).toEqual([expect.stringMatching(/^bad deb: ledger key: [0-9a-f]{32} is no committer$/)]);
  });

  test('a store that cannot be written', async () => {
    await using user = await healthy();
    const reader = createTestUser({ ...user, store: readOnlyStorage(user.store) });
    expect(await complaints(reader)).toEqual([
      'bad store /simulated: /simulated: .pakhus/probe: the store was opened for reading only',
    ]);
  });

  test('a store that lets two writers create the same object', async () => {
    await using user = await healthy();
    const { store } = user;
    const careless = createTestUser({
      ...user,
      store: { ...store, write: (key, body, { ifAbsent: _, ...rest } = {}) => store.write(key, body, rest) },
    });
    expect(await complaints(careless)).toEqual([
      'bad store /simulated: lets two writers create the same object',
    ]);
  });
});
