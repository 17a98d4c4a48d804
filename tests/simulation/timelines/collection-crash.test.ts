/** A sweeper that dies in front of, or right after, any of its calls. */
import { expect, test } from 'vitest';
import { type FaultyCall, faultyStorage, ProcessDeath } from '../../../src/storage/fault.ts';
import { createMemoryStorage } from '../../../src/storage/memory.ts';
import type { Storage, StorageCapabilities } from '../../../src/storage/storage.ts';
import {
  collect,
  createYard,
  DAY,
  problemsOf,
  STORES,
  seenBy,
  type Yard,
} from '../../support/collection-kit.ts';
import { fakeClock } from '../../support/ledger-kit.ts';
import { copyObjects } from '../../support/simulated-publisher.ts';
import { createTestUser, keysOf, type TestUser } from '../../support/test-repository.ts';

/** A store of which much may go, and copies of it on which a process of its own collects. */
interface Original extends AsyncDisposable {
  copy(): Promise<{ readonly store: Storage; process(around: (store: Storage) => Storage): TestUser }>;
}

async function original(capabilities: Partial<StorageCapabilities>): Promise<Original> {
  const yard: Yard = await createYard(capabilities);
  await yard.publishDaily('1.0', '2.0', '3.0', '4.0', '5.0');
  await yard.store.write('deb/pool/main/l/left/left_1.0_amd64.deb', Buffer.from('left by a crash'));
  await yard.store.write('deb/index.html', Buffer.from('not of pakhus'));
  return {
    copy: async () => {
      const clock = fakeClock(yard.clock.now());
      const store = createMemoryStorage({ clock, name: '/simulated', capabilities });
      await copyObjects(yard.store, store);
      clock.advance(20 * DAY);
      const process = (around: (store: Storage) => Storage): TestUser =>
        createTestUser({ store: around(store), clock, folder: yard.user.folder });
      return { store, process };
    },
    [Symbol.asyncDispose]: () => yard[Symbol.asyncDispose](),
  };
}

const alive = (store: Storage): Storage => store;
const isChanging = ({ operation }: Pick<FaultyCall, 'operation'>): boolean =>
  ['write', 'delete', 'exclusive'].includes(operation);

/** Dies in its `at`th call; only those that change something count when it dies after them. */
function mortal(at: number, applied: boolean): (store: Storage) => Storage {
  let calls = 0;
  return (store) =>
    faultyStorage(store, {
      decide: (call) => {
        if (applied && !isChanging(call)) return { type: 'none' };
        return calls++ === at ? { type: 'death', applied } : { type: 'none' };
      },
    });
}

test.each(STORES)(
  'takes nothing that is needed, and the next one finishes (%s)',
  {
    timeout: 300_000,
  },
  async (_name, capabilities) => {
    await using base = await original(capabilities);
    const undisturbed = await base.copy();
    const before = await keysOf(undisturbed.store);
    await collect(undisturbed.process(alive));
    const after = new Set(await keysOf(undisturbed.store));
    const kept = before.filter((key) => after.has(key));
    const doomed = before.filter((key) => !after.has(key));
    expect(doomed).toContain('deb/pool/main/d/demo/demo_1.0_amd64.deb');
    expect(doomed).toContain('deb/pool/main/l/left/left_1.0_amd64.deb');
    let deaths = 0;
    for (const applied of [false, true]) {
      for (let at = 0; ; at++) {
        const { store, process } = await base.copy();
        const outcome = await collect(process(mortal(at, applied))).then(
          () => 'lived',
          (error: unknown) => (error instanceof ProcessDeath ? 'died' : Promise.reject(error)),
        );
        const left = new Set(await keysOf(store));
        expect(
          kept.filter((key) => !left.has(key)),
          `death in call ${at}, applied: ${applied}`,
        ).toEqual([]);
        expect(await seenBy({ store })).toEqual(['demo 5.0']);
        const next = process(alive);
        await collect(next);
        const end = new Set(await keysOf(store));
        expect(doomed.filter((key) => end.has(key))).toEqual([]);
        expect(kept.filter((key) => !end.has(key))).toEqual([]);
        expect(await problemsOf(next)).toEqual([]);
        if (outcome === 'lived') break;
        deaths++;
      }
    }
    expect(deaths).toBeGreaterThan(100);
  },
);
