/** Timeline 8: a writer suspended after uploading its blobs wakes after 15 days, when all that it uploaded may have been collected. */
import { describe, expect, test } from 'vitest';
import { collect, createYard, DAY, HOUR, problemsOf, STORES, seenBy } from '../../support/collection-kit.ts';
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
