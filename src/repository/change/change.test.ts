import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  keysOf,
  type TestUser,
} from '../../../tests/support/test-repository.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { listKeys } from '../../signing/key-store.ts';
import { generateOpenPgpKey } from '../../signing/openpgp-generate.ts';
import { readStatus } from '../status.ts';
import { verifyRepository } from '../verify/verify.ts';

async function listKeyFiles(user: TestUser): Promise<readonly string[]> {
  const { config } = await user.workspace();
  return (await listKeys(config.keys.value)).keys.map(({ path }) => path);
}

/** The same user, whose store fails at writing keys that match. */
function failing(user: TestUser, pattern: RegExp, error: PakhusError): TestUser {
  const { store } = user;
  return createTestUser({
    ...user,
    store: {
      ...store,
      write: async (key, body, options) => {
        if (pattern.test(key)) throw error;
        return store.write(key, body, options);
      },
    },
  });
}

const DAY_MS = 24 * 3_600_000;
const FULL = new PakhusError('STORE_FULL', 'no space left', { hint: 'Free some space, then try again.' });

async function inbox(user: TestUser): Promise<readonly string[]> {
  return (await keysOf(user.store)).filter((key) => key.includes('/inbox/'));
}

async function seen(user: TestUser): Promise<readonly string[] | undefined> {
  return (await readAsClient(user.store, 'deb', 'stable'))?.packages;
}

describe('a change that cannot be signed is taken back', () => {
  test('a missing signing key: nobody meets the proposal', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    await using home = await createTempDir('elsewhere');
    const ledgerKey = (await listKeyFiles(user)).find((path) => path.endsWith('.ledger.pem')) ?? '';
    const elsewhere = createTestUser({
      ...user,
      folder: home.path,
      env: { PAKHUS_LEDGER_KEY_FILE: ledgerKey },
    });
    await expect(elsewhere.publish([{ name: 'world' }])).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(await inbox(user)).toEqual([]);
    expect(await readStatus(await user.open())).toMatchObject({ rev: 1, openIntents: 0 });
  });

  test('a first publish with a key that clients refuse does not brick the repository', async () => {
    await using user = await createTestRepository();
    const expired = await generateOpenPgpKey({
      userId: 'old',
      algorithm: 'ed25519',
      created: new Date(user.clock.now() - 10 * DAY_MS),
      expiresDays: 1,
    });
    const weak = createTestUser({ ...user, env: { PAKHUS_SIGNING_KEY: expired.secretArmored } });
    await expect(weak.publish([{ name: 'hello' }])).rejects.toMatchObject({ code: 'KEY_WEAK' });
    expect(await keysOf(user.store)).toEqual([]);
    await user.publish([{ name: 'hello' }]);
    expect(await seen(user)).toEqual(['hello 1.0']);
  });
});

describe('a store that fails', () => {
  test('before the commit: the change stays proposed, and the next publish makes it', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const full = failing(user, /\/log\//, FULL);
    await expect(full.publish([{ name: 'world' }])).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(await inbox(user)).toHaveLength(1);
    expect(await seen(user)).toEqual(['hello 1.0']);
    await user.publish([{ name: 'third' }]);
    expect(await seen(user)).toEqual(['hello 1.0', 'third 1.0', 'world 1.0']);
    expect(await inbox(user)).toEqual([]);
  });

  test.each([
    ['an index at its usual name', /Packages\.gz$/],
    ['the entry', /InRelease$/],
    ['`published`', /\/published$/],
  ])('at %s, after the commit: says so, and any later command finishes it', async (_what, pattern) => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const full = failing(user, pattern, FULL);
    await expect(full.publish([{ name: 'world' }])).rejects.toMatchObject({
      code: 'LEDGER_NOT_VISIBLE',
      exitCode: 3,
      message: 'deb: revision 2 is committed, but clients do not see all of it yet: no space left',
      hint: 'Free some space, then try again.\nThe next publish finishes it, or `pakhus repair`, which needs no key.',
    });
    await user.publish([{ name: 'world' }]);
    expect(await seen(user)).toEqual(['hello 1.0', 'world 1.0']);
    expect((await verifyRepository(await user.open(), user.options)).findings).toEqual([]);
  });
});

describe('of two machines that make a repository at once', () => {
  test.each([
    ['before the second one looked', /never/],
    ['while the second one was preparing', /\/pool\//],
    ['just before the second one committed', /\/log\//],
  ])('the second one steps back, made %s', async (_when, moment) => {
    await using user = await createTestRepository();
    await using home = await createTempDir('second');
    let isMade = false;
    const first = async (): Promise<void> => {
      if (isMade) return;
      isMade = true;
      await user.publish([{ name: 'hello' }]);
    };
    if (moment.source === 'never') await first();
    const second = createTestUser({
      ...user,
      author: 'bob@lap',
      folder: home.path,
      store: {
        ...user.store,
        write: async (key, body, options) => {
          if (moment.test(key)) await first();
          return user.store.write(key, body, options);
        },
      },
    });
    await expect(second.publish([{ name: 'world' }])).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(await listKeyFiles(second)).toEqual([]);
    expect(await inbox(user)).toEqual([]);
    expect(await seen(user)).toEqual(['hello 1.0']);
    expect(await readStatus(await second.open())).toMatchObject({ rev: 1, author: 'ann@desk' });
    await user.publish([{ name: 'later' }]);
    expect(await seen(user)).toEqual(['hello 1.0', 'later 1.0']);
  });
});
