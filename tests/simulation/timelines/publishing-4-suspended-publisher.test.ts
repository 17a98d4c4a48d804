/** Timeline 4: a suspended publisher renames an old pointer over a newer one (directory); ABA after a rollback (bucket). */
import { expect, test } from 'vitest';
import { rollbackPlace } from '../../../src/repository/history/rollback.ts';
import { faultyStorage } from '../../../src/storage/fault.ts';
import { createMemoryStorage } from '../../../src/storage/memory.ts';
import { readBytes } from '../../../src/storage/read-all.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createYard, HOUR, problemsOf, STORES, seenBy } from '../../support/collection-kit.ts';
import { fakeClock } from '../../support/ledger-kit.ts';
import { createSleeper } from '../../support/stop-storage.ts';
import { createTempDir } from '../../support/temp.ts';
import { createTestUser, type TestUser } from '../../support/test-repository.ts';

const POINTERS = ['Packages.gz', 'Release', 'Release.gpg', 'InRelease'].map(
  (name) => `deb/dists/stable/${name === 'Packages.gz' ? 'main/binary-amd64/' : ''}${name}`,
);

const demo = (version: string) => [{ name: 'demo', version }];

test.each(
  STORES.flatMap(([kind, capabilities]) =>
    // In a directory the lock keeps others away from all of them alike.
    POINTERS.slice(capabilities.exclusive === false ? 0 : -1).map(
      (key) => [kind, key, capabilities] as const,
    ),
  ),
)(
  'a publisher that sleeps for an hour in front of its write to a pointer undoes nothing (%s, %s)',
  async (_kind, pointer, capabilities) => {
    await using yard = await createYard(capabilities, 'channels: [stable]');
    await yard.user.publish(demo('1'));
    const sleeper = createSleeper((call, key) => call === 'write' && key === pointer);
    const late = yard.process(sleeper.around).publish(demo('2'));
    await sleeper.asleep;

    // In a directory the sleeper holds the lock: what others commit is seen when it is let go.
    const other = yard.process().publish(demo('3'));
    const outcome = await other.then(
      () => 'published',
      (error: { code?: string }) => error.code,
    );
    expect(outcome).toBe(capabilities.exclusive === false ? 'published' : 'LEDGER_NOT_VISIBLE');
    const before = await readAsClient(yard.store, 'deb', 'stable');
    yard.clock.advance(HOUR);
    sleeper.wake();
    await late;

    const after = await readAsClient(yard.store, 'deb', 'stable');
    expect(after?.dateMs).toBeGreaterThanOrEqual(before?.dateMs ?? 0);
    expect(after?.packages).toEqual(expect.arrayContaining([...(before?.packages ?? [])]));
    await yard.user.publish(demo('4'));
    expect(await seenBy(yard)).toEqual(['demo 1', 'demo 2', 'demo 3', 'demo 4']);
    expect(await problemsOf(yard.user)).toEqual([]);
  },
);

/** A bucket whose etags are digests, so that an old one comes back with the old bytes. */
async function bucket(folder: string) {
  const clock = fakeClock();
  const capabilities = { exclusive: false, metadata: true };
  const store = createMemoryStorage({ clock, name: '/simulated', capabilities, etags: 'content' });
  const process = (around: (store: Storage) => Storage = (same) => same): TestUser =>
    createTestUser({ store: around(store), clock, folder });
  return { store, clock, process };
}

test('ABA after a rollback: a write of the revision in between, which a bucket applies late, is found and undone', async () => {
  await using dir = await createTempDir('aba');
  const { store, process } = await bucket(dir.path);
  const alias = 'deb/dists/stable/main/binary-amd64/Packages.gz';
  await process().publish(demo('1'));
  const bytes = () => readBytes(store, alias, { limitBytes: 100_000 });
  const first = await bytes();

  // The request of B replaces A if its etag is A's; the bucket has it, and takes its time.
  let applyLate: (() => Promise<void>) | undefined;
  let isFirst = true;
  const slow = (inner: Storage): Storage =>
    faultyStorage(inner, {
      decide: ({ operation, key }) => {
        if (operation !== 'write' || key !== alias || !isFirst) return { type: 'none' };
        isFirst = false;
        return { type: 'late' };
      },
      onLate: (apply) => {
        applyLate = apply;
      },
    });
  await process(slow).publish(demo('2'));
  const user = process();
  await rollbackPlace(
    await user.open(),
    { place: { channel: 'stable', component: undefined }, to: '1', dryRun: false },
    user.options,
  );
  expect(await bytes()).toEqual(first);

  await applyLate?.();
  // Who asks by hash does not notice; the alias is of the revision in between until the next writing command.
  expect((await readAsClient(store, 'deb', 'stable'))?.packages).toEqual(['demo 1']);
  expect(await problemsOf(user)).not.toEqual([]);
  await user.publish([{ name: 'other' }]);
  expect(await problemsOf(user)).toEqual([]);
  expect((await readAsClient(store, 'deb', 'stable'))?.packages).toEqual(['demo 1', 'other 1.0']);
});
