import { describe, expect, test } from 'vitest';
import { memorySubject, testStorage } from '../../tests/support/storage-subjects.ts';
import { allOf } from '../testing/storage-checks.ts';
import { faultyStorage } from './fault.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { createMemoryStorage } from './memory.ts';
import { readText } from './read-all.ts';

/** A store that counts the calls that are under way, each for some turns of the event loop. */
function counted() {
  const store = createMemoryStorage();
  const seen = { now: 0, most: 0 };
  const storage = faultyStorage(store, {
    decide: async () => {
      seen.most = Math.max(seen.most, ++seen.now);
      await new Promise(setImmediate);
      seen.now--;
      return { type: 'none' };
    },
  });
  return { storage, seen };
}

test('no more calls than the limit are under way, and all are made', async () => {
  const { storage, seen } = counted();
  const limited = limitConcurrency(storage, 3);
  await Promise.all(
    Array.from({ length: 30 }, (_, i) => limited.write(`a/${i}`, Buffer.from('x'), { ifAbsent: true })),
  );
  expect(seen).toEqual({ now: 0, most: 3 });
  expect(await allOf(limited.list('a/'))).toHaveLength(30);
});

test('calls are made in the order in which they were asked for', async () => {
  const { storage } = counted();
  const limited = limitConcurrency(storage, 1);
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((i) => limited.settle().then(() => order.push(i))));
  expect(order).toEqual([1, 2, 3]);
});

test('a failed call gives its place to the next', async () => {
  const limited = limitConcurrency(createMemoryStorage(), 1);
  await expect(limited.stat('a')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
  await limited.write('a', Buffer.from('x'));
});

test('whoever waits in line may leave it', async () => {
  const limited = limitConcurrency(counted().storage, 1);
  const controller = new AbortController();
  const reason = new Error('stop');
  const first = limited.settle();
  const second = limited.settle({ signal: controller.signal });
  const third = limited.settle();
  controller.abort(reason);
  await expect(second).rejects.toBe(reason);
  await Promise.all([first, third]);
});

test('a body that is open, and a lock that is held, leave room for other calls', async () => {
  const limited = limitConcurrency(createMemoryStorage(), 1);
  await limited.write('a', Buffer.alloc(200_000, 'x'));
  for await (const chunk of (await limited.read('a')).body) {
    await limited.exclusive(() => limited.write('b', chunk));
  }
  expect(await readText(limited, 'b', { limitBytes: 1e6 })).toMatch(/^x+$/);
});

test.each([0, -1, 1.5, Number.NaN])('%s is no limit', (limit) => {
  expect(() => limitConcurrency(createMemoryStorage(), limit)).toThrow(RangeError);
});

describe('a limited store keeps the promises of the port', () => {
  testStorage(memorySubject({ metadata: true }, (storage) => limitConcurrency(storage, 2)));
});
