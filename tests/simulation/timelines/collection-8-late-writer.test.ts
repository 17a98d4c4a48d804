/** Timeline 8: a writer suspended after uploading its blobs wakes after 15 days, when all that it uploaded may have been collected. */
import { describe, expect, test } from 'vitest';
import { repairRepository } from '../../../src/repository/verify/repair.ts';
import { faultyStorage, ProcessDeath } from '../../../src/storage/fault.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { collect, createYard, DAY, HOUR, problemsOf, STORES, seenBy } from '../../support/collection-kit.ts';
import { heldBy } from '../../support/held-index.ts';
import { createSleeper } from '../../support/stop-storage.ts';
import { keysOf } from '../../support/test-repository.ts';

const LATE = [{ name: 'late' }];
const POOL_FILE = 'deb/pool/main/l/late/late_1.0_amd64.deb';

/** In front of what the writer falls asleep. */
const PLACES: readonly [where: string, key: RegExp][] = [
  ['its proposal, its file stored', /\/inbox\/.*\/intent\.json$/],
  ['its first leaf, its proposal made', /\/blob\//],
  ['its record, all its blobs stored', /\/log\/0000000003\.json$/],
];

describe.each(STORES)('in %s, a writer that sleeps 15 days in front of', (_name, kind) => {
  test.each(PLACES)('%s', async (_where, key) => {
    await using yard = await createYard(kind, 'channels: [stable]');
    await yard.publishDaily('1.0', '2.0');
    const sleeper = createSleeper((call, at) => call === 'write' && key.test(at));
    const writing = yard.process(sleeper.around).publish(LATE);
    await sleeper.asleep;
    yard.clock.advance(15 * DAY);
    await collect(yard.user);
    expect(await keysOf(yard.store, POOL_FILE)).toEqual([]);
    expect(await seenBy(yard)).toEqual(['demo 1.0', 'demo 2.0']);
    sleeper.wake();
    await Promise.allSettled([writing]);
    // It is told that its proposal is too old, or it has put back what was gone.
    expect(await seenBy(yard)).toEqual(expect.arrayContaining(['demo 1.0', 'demo 2.0']));
    expect(await problemsOf(yard.user)).toEqual([]);
    await yard.process().publish(LATE);
    expect(await seenBy(yard)).toEqual(['demo 1.0', 'demo 2.0', 'late 1.0']);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test.each(PLACES)('%s, two hours only and with a grace of one: it is done', async (_where, key) => {
    await using yard = await createYard(kind, 'channels: [stable]');
    await yard.publishDaily('1.0', '2.0');
    const sleeper = createSleeper((call, at) => call === 'write' && key.test(at));
    const writing = yard.process(sleeper.around).publish(LATE);
    await sleeper.asleep;
    yard.clock.advance(2 * HOUR);
    await collect(yard.user, { graceMs: HOUR });
    sleeper.wake();
    await writing;
    expect(await seenBy(yard)).toEqual(['demo 1.0', 'demo 2.0', 'late 1.0']);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('its record, while others publish: what it says is done again on top of theirs, or refused', async () => {
    await using yard = await createYard(kind, 'channels: [stable]');
    await yard.publishDaily('1.0', '2.0');
    const sleeper = createSleeper((call, at) => call === 'write' && at.endsWith('/log/0000000003.json'));
    const writing = yard.process(sleeper.around).publish(LATE);
    await sleeper.asleep;
    await yard.publishDaily('3.0', '4.0');
    sleeper.wake();
    await writing;
    expect(await seenBy(yard)).toEqual(['demo 1.0', 'demo 2.0', 'demo 3.0', 'demo 4.0', 'late 1.0']);
    yard.clock.advance(15 * DAY);
    await collect(yard.user);
    expect(await problemsOf(yard.user)).toEqual([]);
  });
});

test.each(STORES)(
  'what a late writer says is published counts from when it said so, not from when it fell asleep (%s)',
  async (_name, kind) => {
    await using yard = await createYard(kind);
    await yard.publishDaily('1.0', '2.0');
    const client = await heldBy(yard.store, 'deb/dists/stable/InRelease');
    const isEntry = (key: string): boolean => key === 'deb/dists/stable/InRelease';
    const dying = yard.process((store) =>
      faultyStorage(store, {
        decide: ({ operation, key }) =>
          operation === 'write' && isEntry(key) ? { type: 'death', applied: false } : { type: 'none' },
      }),
    );
    await expect(dying.publish([{ name: 'demo', version: '3.0' }])).rejects.toThrow(ProcessDeath);
    const sleeper = createSleeper((call, key) => call === 'write' && key.includes('/blob/'));
    const late = yard.process(sleeper.around).publish(LATE);
    await sleeper.asleep;
    yard.clock.advance(15 * DAY);
    // Until now clients were handed revision 2. Whoever wakes signs a record of 15 days ago that says: 3 is published.
    await repairRepository(await yard.user.open(), { ...yard.user.options, dryRun: false });
    sleeper.wake();
    await late;
    for (const version of ['4.0', '5.0', '6.0']) await yard.user.publish([{ name: 'demo', version }]);
    await collect(yard.user);
    expect((await readAsClient(client, 'deb', 'stable'))?.packages).toEqual(['demo 2.0']);
  },
);
