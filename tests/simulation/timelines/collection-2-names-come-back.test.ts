/**
 * Timeline 2: a leaf, by-hash or pool name comes back while it is being swept; the sweeper was suspended for an hour; its delete is
 * retried.
 */
import { describe, expect, test } from 'vitest';
import { parseWanted, removePackages } from '../../../src/repository/remove-packages.ts';
import { faultyStorage } from '../../../src/storage/fault.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import {
  collect,
  createYard,
  DAY,
  HOUR,
  problemsOf,
  STORES,
  seenBy,
  type Yard,
} from '../../support/collection-kit.ts';
import { createSleeper } from '../../support/stop-storage.ts';
import { keysOf } from '../../support/test-repository.ts';

const POOL_FILE = 'deb/pool/main/b/back/back_1.0_amd64.deb';
const BACK = [{ name: 'back' }];

/** `back` was in stable for a while: its file, the index that lists it, and their leaf are to be collected. */
async function withBackGone(capabilities: Parameters<typeof createYard>[0]): Promise<Yard> {
  const yard = await createYard(capabilities, 'channels: [stable, other], keep: 1');
  await yard.user.publish([{ name: 'demo' }]);
  await yard.user.publish(BACK);
  const input = { from: {}, wanted: [parseWanted('back')], all: true, dryRun: false };
  await removePackages(await yard.user.open(), input, yard.user.options);
  for (const version of ['1', '2', '3'])
    await yard.user.publish([{ name: 'x', version }], { to: 'deb/other' });
  yard.clock.advance(20 * DAY);
  return yard;
}

/** The indexes of stable that a client may ask for. */
function indexes(yard: Yard): Promise<readonly string[]> {
  return keysOf(yard.store, 'deb/dists/stable/main/binary-amd64/by-hash/');
}

async function expectBack(yard: Yard): Promise<void> {
  expect(await seenBy(yard)).toEqual(['back 1.0', 'demo 1.0']);
  expect(await problemsOf(yard.user)).toEqual([]);
  await collect(yard.user);
  expect(await seenBy(yard)).toEqual(['back 1.0', 'demo 1.0']);
  expect(await problemsOf(yard.user)).toEqual([]);
}

test.each(STORES)('the same names come back once they are gone (%s)', async (_name, kind) => {
  await using yard = await withBackGone(kind);
  const before = await indexes(yard);
  await collect(yard.user);
  expect((await indexes(yard)).length).toBeLessThan(before.length);
  expect(await keysOf(yard.store, POOL_FILE)).toEqual([]);
  await yard.user.publish(BACK);
  expect(await indexes(yard)).toEqual(before);
  await expectBack(yard);
});

describe('a sweeper that is suspended for an hour', () => {
  test.each([
    ['in front of the first delete', ''],
    ['between an index and the package', POOL_FILE],
  ])('%s of a bucket deletes nothing that came back', async (_where, key) => {
    await using yard = await withBackGone({ exclusive: false, metadata: true });
    const sleeper = createSleeper((call, at) => call === 'delete' && at.startsWith(key));
    const sweeping = collect(yard.process(sleeper.around));
    await sleeper.asleep;
    const coming = yard.process().publish(BACK);
    yard.clock.advance(HOUR);
    await coming;
    expect(await seenBy(yard)).toEqual(['back 1.0', 'demo 1.0']);
    sleeper.wake();
    expect((await sweeping).left).toBe(0);
    await expectBack(yard);
  });

  test('outside of the lock of a directory deletes nothing that came back', async () => {
    await using yard = await withBackGone({});
    let locks = 0;
    // The first lock is the one of publishing; then come those of the deletes.
    const sleeper = createSleeper((call) => call === 'exclusive' && ++locks === 2);
    const sweeping = collect(yard.process(sleeper.around));
    await sleeper.asleep;
    const coming = yard.process().publish(BACK);
    yard.clock.advance(HOUR);
    await coming;
    expect(await seenBy(yard)).toEqual(['back 1.0', 'demo 1.0']);
    sleeper.wake();
    await sweeping;
    await expectBack(yard);
  });

  test('inside the lock of a directory keeps others out, and deletes nothing late', async () => {
    await using yard = await withBackGone({});
    const sleeper = createSleeper((call, key) => call === 'delete' && key === POOL_FILE);
    const sweeping = collect(yard.process(sleeper.around));
    await sleeper.asleep;
    yard.clock.advance(HOUR);
    await expect(yard.process().publish(BACK)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    expect(await seenBy(yard)).toEqual(['demo 1.0']);
    sleeper.wake();
    await sweeping;
    await yard.user.publish(BACK);
    await expectBack(yard);
  });
});

test('a delete that a bucket gets an hour late is refused', async () => {
  await using yard = await withBackGone({ exclusive: false, metadata: true });
  const late: (() => Promise<void>)[] = [];
  const slow = (store: Storage): Storage =>
    faultyStorage(store, {
      decide: ({ operation }) => (operation === 'delete' ? { type: 'late' } : { type: 'none' }),
      onLate: (apply) => late.push(apply),
    });
  const { deleted, left } = await collect(yard.process(slow));
  expect(deleted.files).toBe(0);
  expect(left).toBeGreaterThan(3);
  expect(late).toHaveLength(3 * left);
  await yard.user.publish(BACK);
  for (const apply of late) await apply();
  await expectBack(yard);
});

test('a delete that is done twice, the second time late, takes nothing that came back', async () => {
  await using yard = await withBackGone({ exclusive: false, metadata: true });
  const late: (() => Promise<void>)[] = [];
  /** The first answer is lost with the request still on its way; the same call is made again. */
  const retrying = (store: Storage): Storage => ({
    ...store,
    delete: async (key, options) => {
      late.push(() => store.delete(key, options).catch(() => {}));
      await store.delete(key, options);
    },
  });
  await collect(yard.process(retrying));
  await yard.user.publish(BACK);
  for (const apply of late) await apply();
  await expectBack(yard);
});

test.each(STORES)('who needs no swept name publishes meanwhile (%s)', async (_name, kind) => {
  await using yard = await withBackGone(kind);
  const sleeper = createSleeper((call, key) => call === 'delete' && key.includes('/by-hash/'));
  const sweeping = collect(yard.process(sleeper.around));
  await sleeper.asleep;
  const publishing = yard.process().publish([{ name: 'new' }], { to: 'deb/other' });
  if (kind.exclusive === false) await publishing;
  sleeper.wake();
  await Promise.all([sweeping, publishing]);
  expect(await seenBy(yard, 'other')).toEqual(['new 1.0', 'x 3']);
  expect(await seenBy(yard)).toEqual(['demo 1.0']);
  expect(await keysOf(yard.store, POOL_FILE)).toEqual([]);
  expect(await problemsOf(yard.user)).toEqual([]);
});
