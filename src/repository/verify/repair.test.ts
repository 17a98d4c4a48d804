import { describe, expect, test } from 'vitest';
import { flipByte, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import {
  type Damage,
  INDEX,
  INRELEASE,
  keyLike,
  named,
  twoRevisions,
  verify,
} from '../../../tests/support/two-revisions.ts';
import { repairRepository } from './repair.ts';

describe('repair mends without any key', () => {
  /** Somebody without a home: no ledger key, no signing key. */
  const keyless = async (user: TestUser) => {
    const repository = await user.open();
    const { signer: _, ...ledger } = repository.ledger;
    const noKey = async (): Promise<never> => {
      throw new Error('repair asked for a key');
    };
    const keys = { ...repository.keys, openSigner: noKey, ledgerSigner: noKey, makeSigners: noKey };
    return { ...repository, ledger, keys };
  };

  test.each<
    [what: string, damage: Damage, mended: { rendered?: unknown; restored?: unknown; written?: unknown }]
  >([
    ['a sound repository: nothing', async () => undefined, {}],
    ['a pointer that is gone', (user) => user.store.delete('deb/key.asc'), { written: ['key.asc'] }],
    [
      'an older entry',
      (user) => user.store.write(`deb/${INRELEASE}`, user.oldEntry),
      { written: [INRELEASE] },
    ],
    [
      'all of dists',
      async (user) => {
        for (const key of await keysOf(user.store, 'deb/dists/')) await user.store.delete(key);
      },
      { rendered: expect.any(Array), written: expect.arrayContaining([INRELEASE, `${INDEX}/Packages.xz`]) },
    ],
    [
      'an index that clients ask for by its hash',
      async (user) => flipByte(user.store, `deb/${(await named(user)).index}`),
      { rendered: [expect.stringContaining('/by-hash/SHA256/')] },
    ],
    [
      'the copy of the entry',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).entry}`),
      { restored: [expect.stringMatching(/^blob\//)] },
    ],
    [
      'what a publisher that died did not get to',
      async (user) => {
        await user.store.write('.pakhus/deb/published', Buffer.from('{"rev":1}\n'));
        await user.store.write(`deb/${INRELEASE}`, user.oldEntry);
      },
      { written: [INRELEASE] },
    ],
    ['`published` that is gone', (user) => user.store.delete('.pakhus/deb/published'), {}],
  ])('%s', async (_what, damage, mended) => {
    await using user = await twoRevisions();
    await damage(user);
    const before = await keysOf(user.store);
    const wanted = { rev: 2, rendered: [], restored: [], written: [], ...mended };
    expect(await repairRepository(await keyless(user), { ...user.options, dryRun: true })).toEqual(wanted);
    expect(await keysOf(user.store)).toEqual(before);
    expect(await repairRepository(await keyless(user), { ...user.options, dryRun: false })).toEqual(wanted);
    expect((await verify(user)).findings).toEqual([]);
    await user.publish([{ name: 'later' }]);
    expect((await verify(user)).findings).toEqual([]);
  });

  test('not a package file: it says what it can, and publishing the file again helps', async () => {
    await using user = await twoRevisions();
    await flipByte(user.store, await keyLike(user, /hello_1.0_amd64.deb$/));
    const repaired = await repairRepository(await keyless(user), { ...user.options, dryRun: false });
    expect(repaired).toMatchObject({ rendered: [], written: [] });
    expect((await verify(user)).findings).toHaveLength(1);
    await user.publish([{ name: 'hello' }]);
    expect((await verify(user)).findings).toEqual([]);
  });

  test('not a table of segments: the next publish makes a new one', async () => {
    await using user = await twoRevisions();
    await flipByte(user.store, `.pakhus/deb/${(await named(user)).table}`);
    await user.publish([{ name: 'later' }]);
    expect((await verify(user)).findings).toEqual([]);
  });
});
