/** Collecting while others publish, collect, or have died. */
import { describe, expect, test } from 'vitest';
import {
  collect,
  createYard,
  DAY,
  HOUR,
  problemsOf,
  STORES,
  seenBy,
  type Yard,
} from '../../../tests/support/collection-kit.ts';
import { createSleeper } from '../../../tests/support/stop-storage.ts';
import { keysOf } from '../../../tests/support/test-repository.ts';
import { type FaultyCall, faultyStorage, ProcessDeath } from '../../storage/fault.ts';
import type { Storage } from '../../storage/storage.ts';
import { readLog } from '../history/history.ts';
import { openTail } from '../read-repository.ts';

/** Dies in front of the first such call. */
function dyingAt(
  isWhere: (call: Pick<FaultyCall, 'operation' | 'key'>) => boolean,
): (store: Storage) => Storage {
  return (store) =>
    faultyStorage(store, {
      decide: (call) => (isWhere(call) ? { type: 'death', applied: false } : { type: 'none' }),
    });
}

/** Five versions of `demo`, and the file of `other`, whose publisher died before it said so: all 20 days ago. */
async function withOld(capabilities: Parameters<typeof createYard>[0]): Promise<Yard> {
  const yard = await createYard(capabilities);
  await yard.publishDaily('1.0', '2.0', '3.0', '4.0', '5.0');
  const dying = yard.process(
    dyingAt(({ operation, key }) => operation === 'write' && key.includes('/inbox/')),
  );
  await expect(dying.publish([{ name: 'other' }])).rejects.toThrow(ProcessDeath);
  yard.clock.advance(20 * DAY);
  return yard;
}

async function messages({ user }: Yard): Promise<readonly string[]> {
  const log = await readLog(await user.open(), { limit: 20 });
  return log.map(({ message }) => message.replace(/ \d+ files, .*/, '')).reverse();
}

describe.each(STORES)('in %s', (_name, capabilities) => {
  test('somebody publishes between the look and the announcement: it looks again', async () => {
    await using yard = await withOld(capabilities);
    const sleeper = createSleeper((call, key) => call === 'write' && key.endsWith('/log/0000000006.json'));
    const sweeping = collect(yard.process(sleeper.around));
    await sleeper.asleep;
    // What nobody named when it looked is named by now.
    await yard.process().publish([{ name: 'demo', version: '6.0' }, { name: 'other' }]);
    sleeper.wake();
    expect(await sweeping).toMatchObject({ rev: 8, left: 0 });
    expect((await messages(yard)).slice(5)).toEqual(['publish 2 packages to stable/main', 'sweep', 'swept']);
    expect(await seenBy(yard)).toEqual(['demo 6.0', 'other 1.0']);
    expect(await yard.pool()).toEqual(
      [4, 5, 6].map((at) => `demo_${at}.0_amd64.deb`).concat('other_1.0_amd64.deb'),
    );
    expect(await keysOf(yard.store, '.pakhus/deb/claim/')).toEqual([]);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('what a dead proposer wants published stays, and whoever commits next publishes it', async () => {
    await using yard = await withOld(capabilities);
    const dying = yard.process(dyingAt(({ key }) => key.endsWith('/log/0000000006.json')));
    await expect(dying.publish([{ name: 'proposed' }])).rejects.toThrow(ProcessDeath);
    yard.clock.advance(2 * HOUR);
    await collect(yard.user, { graceMs: HOUR });
    expect(await yard.pool()).toContain('proposed_1.0_amd64.deb');
    await yard.user.publish([{ name: 'next' }]);
    expect(await seenBy(yard)).toEqual(['demo 5.0', 'next 1.0', 'proposed 1.0']);
  });

  test('two at once: each file goes once, both say what they did', async () => {
    await using yard = await withOld(capabilities);
    const both = await Promise.all([collect(yard.process()), collect(yard.process())]);
    expect(both.map(({ left }) => left)).toEqual([0, 0]);
    expect(await yard.pool()).toHaveLength(3);
    expect((await messages(yard)).slice(5)).toEqual(['sweep', 'swept']);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('while eight publish, all is published and all of it is collected', async () => {
    await using yard = await withOld(capabilities);
    const names = Array.from({ length: 8 }, (_, at) => `p${at}`);
    await Promise.all([collect(yard.process()), ...names.map((name) => yard.process().publish([{ name }]))]);
    expect(await seenBy(yard)).toEqual(['demo 5.0', ...names.map((name) => `${name} 1.0`)]);
    expect(await keysOf(yard.store, 'deb/pool/main/d/demo/demo_1.0_amd64.deb')).toEqual([]);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('what a dead one announced is waited for, ended, and collected anew', async () => {
    await using yard = await withOld(capabilities);
    const dying = yard.process(dyingAt(({ key }) => key.endsWith('/demo_2.0_amd64.deb')));
    await expect(collect(dying)).rejects.toThrow(ProcessDeath);
    expect((await openTail(await yard.user.open())).revision.manifest.sweep).not.toBeNull();
    const startMs = yard.clock.now();
    await collect(yard.user);
    expect(yard.clock.now() - startMs).toBeGreaterThan(15_000);
    expect(await yard.pool()).toHaveLength(3);
    expect((await messages(yard)).slice(5)).toEqual(['sweep', 'sweep', 'swept']);
    expect((await openTail(await yard.user.open())).revision.manifest.sweep).toBeNull();
  });

  test('a dead one that had deleted everything is ended by the next', async () => {
    await using yard = await withOld(capabilities);
    const dying = yard.process(
      dyingAt(({ operation, key }) => operation === 'write' && key.endsWith('/log/0000000007.json')),
    );
    await expect(collect(dying)).rejects.toThrow(ProcessDeath);
    yard.clock.advance(DAY);
    expect(await collect(yard.user)).toMatchObject({ deleted: { files: 0 } });
    expect((await messages(yard)).slice(5)).toEqual(['sweep', 'end a sweep that was cut short']);
    expect(await problemsOf(yard.user)).toEqual([]);
  });
});
