import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../tests/support/apt-reader.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  keysOf,
  type TestUser,
} from '../../tests/support/test-repository.ts';
import { readBytes } from '../storage/read-all.ts';
import { applySettings } from './apply-settings.ts';
import { readLog } from './history/history.ts';
import { makeLedgerKey, makeSigningKey } from './keys/key-files.ts';
import { parseWanted, removePackages } from './remove-packages.ts';
import { readStatus } from './status.ts';
import { verifyRepository } from './verify/verify.ts';

async function apply(user: TestUser, { dryRun = false } = {}) {
  const workspace = await user.workspace();
  const { config } = workspace;
  const wanted = await workspace.configOf('deb');
  return applySettings(await user.open(), { wanted, config, dryRun, breakClients: false }, user.options);
}

/** `channels: ["stable"] -> ["stable","testing"]` */
async function differences(user: TestUser): Promise<readonly string[]> {
  const { changes } = await apply(user, { dryRun: true });
  return changes.map(
    ({ setting, before, after }) => `${setting}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
  );
}

async function release(user: TestUser, channel = 'stable'): Promise<string> {
  const bytes = await readBytes(user.store, `deb/dists/${channel}/InRelease`, { limitBytes: 100_000 });
  return Buffer.from(bytes).toString();
}

async function published(settings = 'channels: [stable]') {
  const user = await createTestRepository();
  await user.configure(settings);
  await user.publish([{ name: 'hello' }]);
  return user;
}

async function signersOf(user: TestUser): Promise<readonly string[]> {
  return ((await readStatus(await user.open()))?.signers ?? []).map(({ fingerprint }) => fingerprint);
}

describe('what pakhus.yaml says differently is shown, and committed', () => {
  test.each<[what: string, settings: string, shown: string[]]>([
    ['nothing', 'channels: [stable]', []],
    ['a channel more', 'channels: [stable, testing]', ['channels: ["stable"] -> ["stable","testing"]']],
    ['a component more', 'components: [main, extra]', ['components: ["main"] -> ["main","extra"]']],
    ['an architecture', 'architectures: [arm64]', ['architectures: [] -> ["arm64"]']],
    ['how many versions to keep', 'keep: 3', ['keep: null -> 3']],
    ['an option', 'origin: Example', ['origin: null -> "Example"']],
    [
      'an option of a channel',
      'channels: { stable: { codename: bookworm } }',
      ['channels.stable.codename: null -> "bookworm"'],
    ],
  ])('%s', async (_what, settings, shown) => {
    await using user = await published();
    await user.configure(settings);
    expect(await differences(user)).toEqual(shown);
    expect(await readLog(await user.open(), { limit: 10 })).toHaveLength(1);
    const { change } = await apply(user);
    expect(change?.rev).toBe(shown.length === 0 ? undefined : 2);
    expect(await differences(user)).toEqual([]);
  });

  test('clients see it: a new channel can be read, an option is in its Release', async () => {
    await using user = await published();
    await user.configure('channels: [stable, testing], origin: Example');
    await apply(user);
    expect(await readAsClient(user.store, 'deb', 'testing')).toMatchObject({ packages: [] });
    expect(await release(user)).toMatch(/^Origin: Example$/m);
    expect(await readAsClient(user.store, 'deb', 'stable')).toMatchObject({ packages: ['hello 1.0'] });
  });

  test('publish uses what the revision says until then', async () => {
    await using user = await published();
    await user.configure('channels: [stable, testing]');
    await expect(user.publish([{ name: 'world' }], { to: 'deb/testing' })).rejects.toMatchObject({
      code: 'PLACE_NOT_FOUND',
    });
    await apply(user);
    await user.publish([{ name: 'world' }], { to: 'deb/testing' });
    expect(await readAsClient(user.store, 'deb', 'testing')).toMatchObject({ packages: ['world 1.0'] });
  });
});

describe('a place that holds packages is not lost', () => {
  test.each([
    ['a channel', 'channels: [testing]', 'stable/main still holds packages'],
    ['a component', 'components: [extra]', 'stable/main still holds packages'],
  ])('%s: refused, on a dry run as well, without a revision', async (_what, settings, message) => {
    await using user = await published();
    await user.configure(settings);
    const before = await keysOf(user.store);
    for (const dryRun of [true, false]) {
      await expect(apply(user, { dryRun })).rejects.toMatchObject({
        code: 'INTENT_REJECTED',
        message,
        hint: expect.stringContaining('pakhus remove'),
      });
    }
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('an empty one goes', async () => {
    await using user = await published('channels: [stable, testing]');
    await user.configure('channels: [testing]');
    const input = { from: {}, wanted: [parseWanted('hello')], all: false, dryRun: false };
    await removePackages(await user.open(), input, user.options);
    await apply(user);
    expect(await differences(user)).toEqual([]);
    await user.publish([{ name: 'world' }]);
    expect(await readAsClient(user.store, 'deb', 'testing')).toMatchObject({ packages: ['world 1.0'] });
  });
});

describe('settings that clients could not read are refused before anything is written', () => {
  test.each([['channels: { stable: { codename: "a b" } }'], ['origin: "two\\nlines"']])(
    '%s',
    async (settings) => {
      await using user = await published();
      const before = await keysOf(user.store);
      await user.configure(settings);
      await expect(apply(user, { dryRun: true })).rejects.toMatchObject({
        code: expect.stringMatching(/^(SETTINGS|CONFIG)_INVALID$/),
      });
      expect(await keysOf(user.store)).toEqual(before);
    },
  );
});

describe('signers', () => {
  async function newKey(user: TestUser, name: string): Promise<string> {
    const { config } = await user.workspace();
    const wanted = {
      name,
      algorithm: 'ed25519' as const,
      userId: name,
      createdMs: user.clock.now() - 60_000,
      expiresDays: undefined,
      env: {},
    };
    return (await makeSigningKey({ folder: config.keys.value, config }, wanted)).fingerprint;
  }

  test('a second one is added by its name: both are of the next revision', async () => {
    await using user = await published();
    const [first] = await signersOf(user);
    const second = await newKey(user, 'second');
    await user.configure('channels: [stable]', `signers: [${first}, second]`);
    expect(await differences(user)).toEqual([`signers: ["${first}"] -> ["${first}","${second}"]`]);
    await apply(user);
    expect(await signersOf(user)).toEqual([first, second]);
    expect((await verifyRepository(await user.open(), user.options)).findings).toEqual([]);
  });

  test('one whose secret key is not here is refused', async () => {
    await using user = await published();
    const unknown = 'ab'.repeat(20);
    await user.configure('channels: [stable]', `signers: [${unknown}]`);
    await expect(apply(user, { dryRun: true })).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
      message: expect.stringContaining(unknown),
    });
  });
});

describe('another machine', () => {
  test('may commit once its public ledger key is listed and applied', async () => {
    await using user = await published();
    await using home = await createTempDir('machine');
    const other = createTestUser({ ...user, folder: home.path, author: 'bob@lap' });
    const { config } = await other.workspace();
    const { publicKey, fingerprint } = await makeLedgerKey({ folder: config.keys.value, config }, 'lap');
    const own = (await user.open()).ledger.signer?.keyId ?? '';
    const ledger = ['ledger:', `  - ${own}`, `  - ${publicKey}`];

    await other.configure('channels: [stable]', ...ledger);
    await expect(other.publish([{ name: 'world' }])).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });

    await user.configure('channels: [stable]', ...ledger);
    expect(await differences(user)).toEqual([`ledger: ["${own}"] -> ["${own}","${fingerprint}"]`]);
    await apply(user);
    expect(await differences(user)).toEqual([]);

    // It still lacks the key that signs for clients.
    await expect(other.publish([{ name: 'world' }])).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
      message: expect.stringContaining('The secret key of'),
    });
    const keys = (await user.workspace()).config.keys.value;
    const signing = (await readdir(keys)).find((name) => name.endsWith('.openpgp.asc')) ?? '';
    await copyFile(join(keys, signing), join(config.keys.value, signing));
    await other.publish([{ name: 'world' }]);
    expect((await readLog(await user.open(), { limit: 1 }))[0]).toMatchObject({
      author: 'bob@lap',
      keyId: fingerprint,
      message: 'publish world 1.0 to stable/main',
    });
    await user.publish([{ name: 'third' }]);
    expect((await readAsClient(user.store, 'deb', 'stable'))?.packages).toHaveLength(3);
  });

  test('may commit no more when the list, which has this machine, leaves it out', async () => {
    await using user = await published();
    await using home = await createTempDir('machine');
    const other = createTestUser({ ...user, folder: home.path, author: 'bob@lap' });
    const { config } = await other.workspace();
    const { publicKey, fingerprint } = await makeLedgerKey({ folder: config.keys.value, config }, 'lap');
    const own = (await user.open()).ledger.signer?.keyId ?? '';
    await user.configure('channels: [stable]', `ledger: [${own}, "${publicKey}"]`);
    await apply(user);
    await user.configure('channels: [stable]', `ledger: [${fingerprint}]`);
    expect(await differences(user)).toEqual([]);
    await user.configure('channels: [stable]', `ledger: [${own}]`);
    expect(await differences(user)).toEqual([`ledger: ["${own}","${fingerprint}"] -> ["${own}"]`]);
  });
});
