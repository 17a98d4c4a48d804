import { describe, expect, test } from 'vitest';
import { memorySubject, steppedClock, testStorage } from '../../tests/support/storage-subjects.ts';
import { allOf } from '../testing/storage-checks.ts';
import { faultyStorage } from './fault.ts';
import { createMemoryStorage } from './memory.ts';
import { readText } from './read-all.ts';
import type { Storage } from './storage.ts';
import { type StorageCall, traceStorage } from './trace.ts';

/** A traced store in which every call takes 5 ms. */
function traced() {
  const clock = steppedClock(0);
  const calls: StorageCall[] = [];
  const slow = faultyStorage(createMemoryStorage({ clock }), {
    decide: async () => {
      await clock.sleep(5);
      return { type: 'none' };
    },
  });
  const storage = traceStorage(slow, { clock, onCall: (call) => calls.push(call) });
  return { storage, calls };
}

test('every call is told when it ends: what, which key, bytes, milliseconds, outcome', async () => {
  const { storage, calls } = traced();
  await storage.write('a', Buffer.from('abc'));
  await readText(storage, 'a', { limitBytes: 10 });
  await storage.copy('a', 'b', { ifAbsent: true });
  await storage.copy('a', 'b', { ifAbsent: true }).catch(() => undefined);
  await allOf(storage.list('a'));
  await storage.stat('c').catch(() => undefined);
  await storage.delete('a');
  await storage.settle();
  await storage.exclusive(async () => undefined);
  expect(calls.map((call) => Object.values(call).join(' '))).toEqual([
    'write a 3 5 ok',
    'read a 3 5 ok',
    'copy b 0 5 ok',
    'copy b 0 5 STORE_CONFLICT',
    'list a 0 5 ok',
    'stat c 0 5 STORE_OBJECT_NOT_FOUND',
    'delete a 0 5 ok',
    'settle  0 5 ok',
    'exclusive  0 5 ok',
  ]);
});

test('a read that is abandoned, or fails in the middle, is told once', async () => {
  const { storage, calls } = traced();
  await storage.write('a', Buffer.alloc(200_000));
  for await (const _ of (await storage.read('a')).body) break;
  const controller = new AbortController();
  const { body } = await storage.read('a', { signal: controller.signal });
  const reading = (async () => {
    for await (const _ of body) controller.abort();
  })();
  await expect(reading).rejects.toThrow();
  expect(calls.slice(1).map(({ operation, bytes, outcome }) => [operation, bytes, outcome])).toEqual([
    ['read', 65_536, 'ok'],
    ['read', 65_536, 'AbortError'],
  ]);
});

describe('a traced store keeps the promises of the port', () => {
  const wrap = (storage: Storage) =>
    traceStorage(storage, { clock: steppedClock(0), onCall: () => undefined });
  testStorage(memorySubject({ metadata: true }, wrap));
});
