import { readFile, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { copyObjects } from '../../../tests/support/simulated-publisher.ts';
import { storageReader } from '../../../tests/support/storage-reader.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  flipByte,
  keysOf,
  type TestUser,
} from '../../../tests/support/test-repository.ts';
import type { Clock } from '../../core/clock.ts';
import { writeIntent } from '../../ledger/intents.ts';
import { listKeys } from '../../signing/key-store.ts';
import { generateOpenPgpKey } from '../../signing/openpgp-generate.ts';
import { createMemoryStorage } from '../../storage/memory.ts';
import { readOnlyStorage } from '../../storage/read-only.ts';
import { refreshFront } from '../front/refresh-front.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';

const URL = 'https://example.org';

function diagnoseAll(user: TestUser): Promise<readonly Diagnosis[]> {
  const read = storageReader(user.store, URL);
  return user
    .workspace()
    .then((workspace) =>
      diagnose(workspace, { ...user.options, clock: user.clock, env: {}, singleWriter: false, read }),
    );
}

/** `verdict check: finding` of all that is not well. */
async function complaints(user: TestUser): Promise<readonly string[]> {
  const checks = await diagnoseAll(user);
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
  await user.configure('channels: [stable]', `url: ${URL}`);
  await user.publish([{ name: 'hello' }]);
  await refreshFront(await user.workspace(), user.options);
  return user;
}

test('a healthy store has no complaints, and doctor leaves no trace', async () => {
  await using user = await healthy();
  const before = await keysOf(user.store);
  const checks = await diagnoseAll(user);
  expect(checks.map(({ check }) => check.replace(/[0-9a-f]{40}/, 'KEY').replace(user.folder, '~'))).toEqual([
    'machine',
    'keys ~/.config/pakhus/keys',
    'store /simulated',
    'deb: ledger',
    'deb: published',
    'deb: ledger key',
    'deb: signing key KEY',
    'deb: url https://example.org/deb',
  ]);
  expect(checks[0]?.finding).toMatch(/^Node.js \d+\.\d+\.\d+, xz by (liblzma|lzma-native, .*)$/);
  expect(checks.at(-1)?.finding).toBe('serves revision 1');
  expect(await complaints(user)).toEqual([]);
  expect(await keysOf(user.store)).toEqual(before);
});

describe('what will hurt is named', () => {
  test('a page of the store that somebody died before writing', async () => {
    await using user = await healthy();
    await user.store.delete('setup.sh');
    expect(await complaints(user)).toEqual([
      'warning page of the store: it does not show the repositories as they are: setup.sh',
    ]);
  });

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
      (user) => user.configure('channels: [stable], keep: 3', `url: ${URL}`),
      'warning deb: settings: pakhus.yaml differs from revision 1 in keep',
    ],
    [
      'a damaged ledger',
      (user) => flipByte(user.store, '.pakhus/deb/log/0000000001.json'),
      'bad deb: ledger: ',
    ],
    [
      'a repository that nothing was published to',
      (user) => user.configure('channels: [stable] }, other: { format: deb', `url: ${URL}`),
      'warning other: ledger: nothing was published yet',
    ],
  ])('%s', async (_what, harm, complaint) => {
    await using user = await healthy();
    await harm(user);
    const found = (await complaints(user)).filter((one) => !one.includes('url https:'));
    expect(found).toEqual([expect.stringContaining(complaint)]);
  });

  test('keys that are not here', async () => {
    await using user = await healthy();
    const { config } = await user.workspace();
    await rm(config.keys.value, { recursive: true });
    expect(await complaints(user)).toEqual([
      'warning deb: ledger key: none here: this machine can read and repair, not publish',
      'warning deb: trust: nothing here says whose changes to believe: whoever can write to the store can replace the repository',
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
    await user.configure('channels: [stable]', `url: ${URL}`, known);
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

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('what time brings', () => {
  test('a channel that clients will refuse, and then do', async () => {
    await using user = await createTestRepository();
    await user.configure('validForDays: 8', `url: ${URL}`);
    await user.publish([{ name: 'hello' }]);
    const ofChannel = async () => (await complaints(user)).filter((one) => one.includes('deb: stable:'));
    await user.clock.sleep(3 * DAY_MS);
    expect(await ofChannel()).toEqual([]);
    await user.clock.sleep(2 * DAY_MS);
    expect(await ofChannel()).toEqual([
      'warning deb: stable: apt refuses it in 3 days, unless it is signed again',
    ]);
    await user.clock.sleep(8 * DAY_MS);
    expect(await ofChannel()).toEqual(['bad deb: stable: expired 5 days ago: apt refuses it']);
  });

  test('a signing key that ends within 90 days', async () => {
    const { secretArmored } = await generateOpenPgpKey({
      userId: 'short',
      algorithm: 'ed25519',
      created: new Date(Date.UTC(2026, 0, 1)),
      expiresDays: 100,
    });
    await using user = await createTestRepository({ env: { PAKHUS_SIGNING_KEY: secretArmored } });
    await user.configure('channels: [stable]', `url: ${URL}`);
    await user.publish([{ name: 'hello' }]);
    await refreshFront(await user.workspace(), user.options);
    expect(await complaints(user)).toEqual([]);
    await user.clock.sleep(11 * DAY_MS);
    expect(await complaints(user)).toEqual([
      expect.stringMatching(
        /^warning deb: signing key [0-9a-f]{40}: Key .* expires on 2026-04-1\d .*, in 8\d days/,
      ),
    ]);
  });

  test('a proposal that nobody commits', async () => {
    await using user = await healthy();
    const repository = await user.open();
    const { ledger, newId } = repository;
    await writeIntent(ledger, { id: newId(), message: 'remove', actions: [], signer: ledger.signer });
    expect(await complaints(user)).toEqual([]);
    await user.clock.sleep(3 * HOUR_MS);
    expect(await complaints(user)).toEqual([
      'warning deb: proposals: 1 proposal has not been committed, the oldest for 3 h',
    ]);
  });
});

describe('clocks', () => {
  const clockAt = (clock: Clock, aheadMs: number): Clock => ({ ...clock, now: () => clock.now() + aheadMs });

  test('of this machine and of the store', async () => {
    await using user = await healthy();
    for (const [aheadMs, said] of [
      [-70_000, 'ahead of'],
      [70_000, 'behind'],
    ] as const) {
      const found = await complaints(createTestUser({ ...user, clock: clockAt(user.clock, aheadMs) }));
      expect(found[0]).toMatch(
        new RegExp(`^warning clock: the clock of the store is (69|70|71) s ${said} this machine's`),
      );
    }
  });

  test('a newest revision from the future', async () => {
    await using user = await healthy();
    const clock = clockAt(user.clock, -3 * HOUR_MS);
    const store = createMemoryStorage({ clock, name: '/simulated' });
    await copyObjects(user.store, store);
    const found = await complaints(createTestUser({ ...user, clock, store }));
    expect(found).toContainEqual(
      'bad deb: date: revision 1 of ann@desk is dated 3 h ahead: until then nobody can publish, and apt refuses it',
    );
  });
});
