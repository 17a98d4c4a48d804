/** A repository for opkg, from publish to collection: fixed names, and copies for each architecture. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, STORES } from '../../tests/support/collection-kit.ts';
import {
  createOpkgUser,
  feedFolder,
  findingsOf,
  namesIn,
  publishIpks,
  type QuickIpk,
  readFeed,
} from '../../tests/support/opkg-kit.ts';
import { createTestUser, flipByte, keysOf } from '../../tests/support/test-repository.ts';
import { readBytes } from '../storage/read-all.ts';
import type { Storage } from '../storage/storage.ts';
import { finishOthers } from './change/change.ts';
import { collectRepository } from './collect/collect.ts';
import { rollbackPlace } from './history/rollback.ts';
import { promotePackages } from './promote-packages.ts';
import { removePackages } from './remove-packages.ts';
import { repairRepository } from './verify/repair.ts';

const ARM: QuickIpk = { name: 'tool', architecture: 'arm_v7' };
const MIPS: QuickIpk = { name: 'tool', architecture: 'mips_24kc' };
const ALL: QuickIpk = { name: 'docs', architecture: 'all' };
/** The store, whose process dies in front of its `left`-th write or copy. */
function dyingStore(
  store: Storage,
  left: number,
): { readonly store: Storage; readonly isDead: () => boolean } {
  let rest = left;
  const live = (): void => {
    rest -= 1;
    if (rest < 0) throw new Error('the process died');
  };
  return {
    isDead: () => rest < 0,
    store: {
      ...store,
      write: async (...args) => {
        live();
        return store.write(...args);
      },
      copy: async (...args) => {
        live();
        return store.copy(...args);
      },
    },
  };
}

describe.each(STORES)('in %s', (_, capabilities) => {
  test('each architecture has its packages and those for all, in one folder, signed', async () => {
    await using user = await createOpkgUser({ capabilities });
    await publishIpks(user, [ARM, MIPS, ALL]);
    expect(await namesIn(user.store, feedFolder('arm_v7'))).toEqual(['docs 1.0', 'tool 1.0']);
    expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['docs 1.0', 'tool 1.0']);
    expect(await namesIn(user.store, feedFolder('all'))).toEqual(['docs 1.0']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('an architecture that comes later gets the packages for all', async () => {
    await using user = await createOpkgUser({ capabilities });
    await publishIpks(user, [ALL, { ...ALL, name: 'more' }]);
    await publishIpks(user, [MIPS]);
    expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['docs 1.0', 'more 1.0', 'tool 1.0']);
  });

  test('what was replaced goes after the grace with all its copies, and what is listed stays', async () => {
    await using user = await createOpkgUser({ capabilities, settings: 'keep: 1' });
    for (const version of ['1', '2', '3', '4', '5']) {
      await publishIpks(user, [{ ...ALL, version }, MIPS]);
      user.clock.advance(DAY);
    }
    user.clock.advance(20 * DAY);
    await collectRepository(await user.open('opkg'), { graceMs: undefined, dryRun: false }, user.options);
    const docs = (await keysOf(user.store, 'opkg/stable')).filter((key) => key.includes('/docs_'));
    expect(docs.map((key) => key.split('/').slice(3).join('/'))).toEqual([
      ...['all/main/docs_3_all.ipk', 'all/main/docs_4_all.ipk', 'all/main/docs_5_all.ipk'],
      ...['mips_24kc/main/docs_3_all.ipk', 'mips_24kc/main/docs_4_all.ipk', 'mips_24kc/main/docs_5_all.ipk'],
    ]);
    expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['docs 5', 'tool 1.0']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('promotion brings the file into the folder of the other channel', async () => {
    await using user = await createOpkgUser({ capabilities, settings: 'channels: [stable, testing]' });
    await publishIpks(user, [ARM, ALL], { to: 'opkg/testing' });
    const repository = await user.open('opkg');
    const wanted = ['tool', 'docs'].map((name) => ({ name, version: undefined }));
    const place = (channel: string) => ({ channel, component: 'main' });
    const input = { from: place('testing'), to: place('stable'), wanted, dryRun: false };
    await promotePackages(repository, input, user.options);
    expect(await namesIn(user.store, feedFolder('arm_v7'))).toEqual(['docs 1.0', 'tool 1.0']);
    expect(await findingsOf(user)).toEqual([]);
  });
});

test('proposed packages are in every feed that lists them once they are committed', async () => {
  await using user = await createOpkgUser();
  await publishIpks(user, [ARM, MIPS]);
  await publishIpks(user, [ALL, { ...ARM, version: '2.0' }], { propose: { as: undefined } });
  expect(await namesIn(user.store, feedFolder('arm_v7'))).toEqual(['tool 1.0']);
  await finishOthers(await user.open('opkg'), user.options);
  expect(await namesIn(user.store, feedFolder('arm_v7'))).toEqual(['docs 1.0', 'tool 1.0', 'tool 2.0']);
  expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['docs 1.0', 'tool 1.0']);
  expect(await findingsOf(user)).toEqual([]);
});

test('a copy that is damaged or gone is found and made again', async () => {
  await using user = await createOpkgUser();
  await publishIpks(user, [MIPS, ALL, { ...ALL, name: 'more' }]);
  await flipByte(user.store, `${feedFolder('mips_24kc')}/docs_1.0_all.ipk`);
  await user.store.delete(`${feedFolder('mips_24kc')}/more_1.0_all.ipk`);
  expect(await findingsOf(user)).toHaveLength(2);
  await repairRepository(await user.open('opkg'), { ...user.options, dryRun: false });
  expect(await findingsOf(user)).toEqual([]);
  expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['docs 1.0', 'more 1.0', 'tool 1.0']);
});

test('other bytes under a name that is taken lie apart, and are found there', async () => {
  await using user = await createOpkgUser();
  await publishIpks(user, [{ ...ALL, content: 'one' }, MIPS]);
  const wanted = [{ name: 'docs', version: undefined }];
  const input = { from: { channel: 'stable', component: 'main' }, wanted, all: false, dryRun: false };
  await removePackages(await user.open('opkg'), input, user.options);
  expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['tool 1.0']);
  await publishIpks(user, [{ ...ALL, content: 'two' }]);
  const [docs] = await readFeed(user.store, feedFolder('mips_24kc'));
  expect(docs?.fileName).toMatch(/^[0-9a-f]{12}\/docs_1\.0_all\.ipk$/);
  expect(await findingsOf(user)).toEqual([]);
});

test('promotion leaves the other bytes alone that a place had under the same name', async () => {
  await using user = await createOpkgUser({ settings: 'channels: [stable, testing]' });
  const docs = [{ name: 'docs', version: undefined }];
  const place = (channel: string) => ({ channel, component: 'main' });
  await publishIpks(user, [{ ...ALL, content: 'of stable' }, MIPS], { to: 'opkg/stable' });
  await publishIpks(user, [{ ...ALL, content: 'of testing' }], { to: 'opkg/testing' });
  const removal = { from: place('stable'), wanted: docs, all: false, dryRun: false };
  await removePackages(await user.open('opkg'), removal, user.options);
  const promotion = { from: place('testing'), to: place('stable'), wanted: docs, dryRun: false };
  await promotePackages(await user.open('opkg'), promotion, user.options);
  const [promoted] = await readFeed(user.store, feedFolder('mips_24kc'));
  expect(promoted?.fileName).toMatch(/^[0-9a-f]{12}\/docs_/);
  expect(await findingsOf(user)).toEqual([]);
  const back = { place: { channel: 'stable' }, to: '1', dryRun: false };
  await rollbackPlace(await user.open('opkg'), back, user.options);
  expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual(['docs 1.0', 'tool 1.0']);
  expect(await findingsOf(user)).toEqual([]);
});

test('whoever dies anywhere leaves what the next one makes whole', async () => {
  for (let left = 0, isOver = false; !isOver; left++) {
    await using user = await createOpkgUser();
    await publishIpks(user, [ARM, MIPS, ALL]);
    const { store, isDead } = dyingStore(user.store, left);
    const mortal = createTestUser({ store, clock: user.clock, folder: user.folder });
    const fresh = [
      { ...ALL, version: '2.0' },
      { ...MIPS, version: '2.0' },
    ];
    await publishIpks(mortal, fresh).catch((error: unknown) => {
      if (!isDead()) throw error;
    });
    isOver = !isDead();
    await publishIpks(user, fresh);
    expect(await namesIn(user.store, feedFolder('mips_24kc'))).toEqual([
      'docs 1.0',
      'docs 2.0',
      'tool 1.0',
      'tool 2.0',
    ]);
    expect(await namesIn(user.store, feedFolder('arm_v7'))).toEqual(['docs 1.0', 'docs 2.0', 'tool 1.0']);
    expect(await findingsOf(user)).toEqual([]);
  }
}, 120_000);

test('feeds and their folders are as configured', async () => {
  const folders = 'packages/{arch}/{feed} core=targets/x86/64/packages';
  await using user = await createOpkgUser({
    settings: `channels: [24.10.4], components: [base, core], architectures: [x86_64], folders: '${folders}'`,
  });
  await publishIpks(user, [{ ...ARM, architecture: 'x86_64' }], { to: 'opkg/24.10.4/core' });
  expect(await namesIn(user.store, 'opkg/24.10.4/targets/x86/64/packages')).toEqual(['tool 1.0']);
  expect(await namesIn(user.store, feedFolder('x86_64', '24.10.4', 'base'))).toEqual([]);
  const empty = await readBytes(user.store, `${feedFolder('x86_64', '24.10.4', 'base')}/Packages`, {
    limitBytes: 9,
  });
  expect(Buffer.from(empty).toString()).toBe('\n');
  expect(await findingsOf(user)).toEqual([]);
});

test('after any history every feed is what opkg accepts, and holds what it should', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const architectures = ['all', 'arm_v7', 'mips_24kc'];
  const step = fc.record({
    names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
    architecture: fc.constantFrom(...architectures),
    version: fc.constantFrom('1', '2'),
    remove: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (history) => {
      await using user = await createOpkgUser({ settings: 'architectures: [arm_v7, mips_24kc]' });
      const held = new Map<string, Set<string>>(architectures.map((one) => [one, new Set()]));
      for (const { names: some, architecture, version, remove } of history) {
        const own = held.get(architecture) ?? new Set();
        const there = new Set([...held.values()].flatMap((set) => [...set]));
        if (remove) {
          const wanted = some
            .filter((name) => there.has(`${name} ${version}`))
            .map((name) => ({ name, version }));
          if (wanted.length === 0) continue;
          const input = { from: {}, wanted, all: true, dryRun: false };
          await removePackages(await user.open('opkg'), input, user.options);
          for (const set of held.values()) for (const { name } of wanted) set.delete(`${name} ${version}`);
        } else {
          await publishIpks(
            user,
            some.map((name) => ({ name, version, architecture })),
          );
          for (const name of some) own.add(`${name} ${version}`);
        }
      }
      for (const architecture of ['arm_v7', 'mips_24kc']) {
        const expected = [...(held.get('all') ?? []), ...(held.get(architecture) ?? [])].sort();
        const found =
          (await keysOf(user.store, `${feedFolder(architecture)}/`)).length === 0
            ? []
            : await namesIn(user.store, feedFolder(architecture));
        expect([...found].sort()).toEqual(expected);
      }
      if (held.size > 0 && history.some(({ remove }) => !remove)) expect(await findingsOf(user)).toEqual([]);
    }),
    { numRuns: 15 },
  );
}, 120_000);
