import { describe, expect, test } from 'vitest';
import { memorySubject, testStorage } from '../../tests/support/storage-subjects.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { allOf } from '../testing/storage-checks.ts';
import { type Fault, type FaultyCall, faultyStorage, ProcessDeath } from './fault.ts';
import { createMemoryStorage } from './memory.ts';
import { readText } from './read-all.ts';
import type { Storage } from './storage.ts';

const body = Buffer.from('new');

/** A store with `a` in it, and a handle whose call number `at` (default: every call) meets `fault`. */
async function withFault(fault: Fault, at?: number) {
  const store = createMemoryStorage();
  await store.write('a', Buffer.from('old'));
  const late: (() => Promise<void>)[] = [];
  const seen: FaultyCall[] = [];
  const storage = faultyStorage(store, {
    decide: (call) => {
      seen.push(call);
      return at === undefined || call.index === at ? fault : { type: 'none' };
    },
    onLate: (apply) => late.push(apply),
  });
  const now = async () => (await allOf(store.list(''))).map(({ key }) => key).join();
  return { store, storage, late, seen, now };
}

const CHANGES: readonly (readonly [string, (storage: Storage) => Promise<unknown>, string])[] = [
  ['write', (storage) => storage.write('b', body), 'a,b'],
  ['write, ifAbsent', (storage) => storage.write('b', body, { ifAbsent: true }), 'a,b'],
  ['copy', (storage) => storage.copy('a', 'b'), 'a,b'],
  ['delete', (storage) => storage.delete('a'), ''],
];

describe.each(CHANGES)('%s', (_name, change, applied) => {
  test('a lost request does nothing', async () => {
    const { storage, now } = await withFault({ type: 'request-lost' });
    await expect(change(storage)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await now()).toBe('a');
  });

  test('a lost answer hides what was done', async () => {
    const { storage, now } = await withFault({ type: 'answer-lost' });
    await expect(change(storage)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await now()).toBe(applied);
  });

  test('a late request fails first, and is applied when the test says so', async () => {
    const { storage, now, late } = await withFault({ type: 'late' });
    const controller = new AbortController();
    await expect(change(storage)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    controller.abort();
    expect(await now()).toBe('a');
    for (const apply of late) await apply();
    expect(await now()).toBe(applied);
  });

  test.each([false, true])('a process dies in it; applied: %s', async (isApplied) => {
    const { storage, now } = await withFault({ type: 'death', applied: isApplied }, 0);
    await expect(change(storage)).rejects.toThrow(ProcessDeath);
    expect(await now()).toBe(isApplied ? applied : 'a');
    await expect(storage.stat('a')).rejects.toThrow(ProcessDeath);
  });
});

test('death is no error of pakhus, and spares no call', async () => {
  const { storage } = await withFault({ type: 'death', applied: false }, 1);
  const { body: open } = await storage.read('a');
  const death = await storage.settle().catch((error: unknown) => error);
  expect(death).toBeInstanceOf(ProcessDeath);
  expect(death).not.toBeInstanceOf(PakhusError);
  const calls = [
    () => storage.read('a'),
    () => storage.write('a', body),
    () => storage.copy('a', 'b'),
    () => storage.delete('a'),
    () => storage.settle(),
    () => storage.exclusive(async () => 1),
    () => allOf(storage.list('')),
    () => allOf(open),
  ];
  for (const call of calls) await expect(call()).rejects.toThrow(ProcessDeath);
});

test('what the store says is lost with the answer, also when it refuses', async () => {
  const { storage } = await withFault({ type: 'answer-lost' });
  await expect(storage.stat('absent')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(storage.write('a', body, { ifAbsent: true })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  const dying = (await withFault({ type: 'death', applied: true }, 0)).storage;
  await expect(dying.stat('absent')).rejects.toThrow(ProcessDeath);
});

test('a process that dies inside exclusive lets others in', async () => {
  const { store, storage } = await withFault({ type: 'death', applied: false }, 1);
  await expect(storage.exclusive(() => storage.write('a', body))).rejects.toThrow(ProcessDeath);
  expect(await store.exclusive(async () => 'free')).toBe('free');
});

test('a late conditional write meets the store as it is then', async () => {
  const { store, storage, late } = await withFault({ type: 'late' });
  await expect(storage.write('b', body, { ifAbsent: true })).rejects.toThrow();
  await store.write('b', Buffer.from('faster'));
  for (const apply of late) await apply();
  expect(await readText(store, 'b', { limitBytes: 10 })).toBe('faster');
});

test('a code of the store’s can be asked for', async () => {
  const { storage } = await withFault({ type: 'error', code: 'STORE_FULL' });
  await expect(storage.write('b', body)).rejects.toMatchObject({ code: 'STORE_FULL' });
});

test('the decision knows the call', async () => {
  const { storage, seen } = await withFault({ type: 'none' });
  await storage.write('b', body, { ifAbsent: true });
  await storage.copy('a', 'c');
  await allOf(storage.list('a'));
  expect(seen).toEqual([
    { index: 0, operation: 'write', key: 'b', isConditional: true },
    { index: 1, operation: 'copy', key: 'c', isConditional: false },
    { index: 2, operation: 'list', key: 'a', isConditional: false },
  ]);
});

describe('without faults the promises of the port are kept', () => {
  const wrap = (storage: Storage) => faultyStorage(storage, { decide: () => ({ type: 'none' }) });
  testStorage(memorySubject({ metadata: true }, wrap));
});
