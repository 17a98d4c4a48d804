/** Timeline 6: fifty concurrent publishes in fifteen seconds, on one host and on two hosts with clocks 9 s apart. */
import { expect, test } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { readLog } from '../../../src/repository/history/history.ts';
import { createYard, problemsOf, STORES, seenBy } from '../../support/collection-kit.ts';
import { createTestUser, type TestUser } from '../../support/test-repository.ts';

const PUBLISHES = 50;

/** A machine whose clock is ahead of the store's, or behind. */
function skewed(clock: Clock, byMs: number): Clock {
  return { now: () => clock.now() + byMs, sleep: (ms, signal) => clock.sleep(ms, signal) };
}

const HOSTS: readonly (readonly [string, readonly number[]])[] = [
  ['one host', [0]],
  ['two hosts with clocks 9 s apart', [0, 9000]],
  ['two hosts, one 9 s behind', [0, -9000]],
];

test.each(
  STORES.flatMap(([kind, capabilities]) =>
    // A directory is on one machine.
    (capabilities.exclusive === false ? HOSTS : HOSTS.slice(0, 1)).map(
      ([hosts, skews]) => [hosts, kind, skews, capabilities] as const,
    ),
  ),
)(
  '%s, %s: few revisions, none dated ahead, every package there',
  async (_hosts, _kind, skews, capabilities) => {
    await using yard = await createYard(capabilities, 'channels: [stable]');
    await yard.user.publish([{ name: 'first' }]);
    const startMs = yard.clock.now();
    const users = Array.from({ length: PUBLISHES }, (_, at): TestUser => {
      const clock = skewed(yard.clock, skews[at % skews.length] ?? 0);
      return createTestUser({ ...yard.user, clock, author: `job-${at}@host-${at % skews.length}` });
    });
    const dates: number[] = [];
    const ahead = async (work: Promise<unknown>): Promise<void> => {
      await work;
      const [newest] = await readLog(await yard.user.open(), { limit: 1 });
      dates.push((newest?.dateMs ?? 0) - yard.clock.now());
    };
    await Promise.all(
      users.map((user, at) => ahead(user.publish([{ name: `p${String(at).padStart(2, '0')}` }]))),
    );

    expect(await seenBy(yard)).toHaveLength(PUBLISHES + 1);
    const log = await readLog(await yard.user.open(), { limit: 200 });
    const seconds = Math.ceil((yard.clock.now() - startMs) / 1000);
    expect(log.length - 1).toBeLessThanOrEqual(Math.max(1, seconds));
    expect(log.length - 1).toBeLessThanOrEqual(15);
    // Whole seconds of the store: at most the one that is not over yet.
    expect(Math.max(...dates)).toBeLessThan(1000);
    expect(log.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(await problemsOf(yard.user)).toEqual([]);
  },
);
