import { describe, expect, test } from 'vitest';
import { memorySubject, steppedClock, testStorage } from '../../tests/support/storage-subjects.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { allOf } from '../testing/storage-checks.ts';
import { type Fault, type FaultyCall, faultyStorage } from './fault.ts';
import { createMemoryStorage } from './memory.ts';
import { readText } from './read-all.ts';
import { retryStorage } from './retry.ts';
import type { Storage } from './storage.ts';

/** Every call meets the next of `faults`; afterwards all is well. Tells how often the store was asked, and how long it waited. */
function unreliable(faults: readonly Fault[], attempts?: number) {
  const clock = steppedClock(0);
  const store = createMemoryStorage({ clock });
  const asked: string[] = [];
  const rest = [...faults];
  const decide = ({ operation }: FaultyCall): Fault => {
    asked.push(operation);
    return rest.shift() ?? { type: 'none' };
  };
  const storage = retryStorage(faultyStorage(store, { decide }), {
    clock,
    random: () => 0.5,
    ...(attempts === undefined ? {} : { attempts }),
  });
  return { store, storage, asked, clock };
}

const LOST: Fault = { type: 'request-lost' };
const UNHEARD: Fault = { type: 'answer-lost' };

const REPEATED: readonly (readonly [operation: string, call: (storage: Storage) => Promise<unknown>])[] = [
  ['stat', (storage) => storage.stat('a')],
  ['read', (storage) => readText(storage, 'a', { limitBytes: 10 })],
  ['list', (storage) => allOf(storage.list(''))],
  ['delete', (storage) => storage.delete('a')],
  ['settle', (storage) => storage.settle()],
  ['write', (storage) => storage.write('a', Buffer.from('x'))],
  ['copy', (storage) => storage.copy('a', 'b')],
];

test.each(REPEATED)('%s is tried again', async (operation, call) => {
  const { store, storage, asked } = unreliable([LOST, UNHEARD, LOST]);
  await store.write('a', Buffer.from('abc'));
  await call(storage);
  expect(asked).toEqual([operation, operation, operation, operation]);
});

test.each([
  ['write, ifAbsent', (storage: Storage) => storage.write('new', Buffer.from('x'), { ifAbsent: true })],
  ['copy, ifAbsent', (storage: Storage) => storage.copy('a', 'new', { ifAbsent: true })],
  ['write, ifMatch', async (storage: Storage) => storage.write('a', Buffer.from('x'), { ifMatch: 'e1' })],
])('%s is made once, though its answer was lost', async (_name, call) => {
  const { store, storage, asked } = unreliable([UNHEARD]);
  await store.write('a', Buffer.from('abc'));
  await expect(call(storage)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(asked).toHaveLength(1);
  expect(await allOf(store.list(''))).not.toMatchObject([{ key: 'a', etag: 'e1' }]);
});

test('only STORE_UNAVAILABLE is tried again', async () => {
  const { storage, asked } = unreliable([{ type: 'error', code: 'STORE_PERMISSION' }]);
  await expect(storage.stat('a')).rejects.toMatchObject({ code: 'STORE_PERMISSION' });
  await expect(storage.stat('a')).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
  expect(asked).toHaveLength(2);
});

test('after the last attempt the error is the caller’s; waits double, up to the longest', async () => {
  const { storage, asked, clock } = unreliable(Array<Fault>(20).fill(LOST), 9);
  await expect(storage.stat('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(asked).toHaveLength(9);
  expect(clock.now()).toBe((200 + 400 + 800 + 1600 + 3200 + 6400 + 10_000 + 10_000) / 2);
});

test('a wait ends with its signal', async () => {
  const controller = new AbortController();
  const { store } = unreliable([]);
  const reason = new Error('stop');
  const storage = retryStorage(faultyStorage(store, { decide: () => LOST }), {
    random: () => 1,
    clock: {
      sleep: async (_ms, signal) => {
        controller.abort(reason);
        signal?.throwIfAborted();
      },
    },
  });
  await expect(storage.stat('a', { signal: controller.signal })).rejects.toBe(reason);
});

describe('a body that breaks off', () => {
  const text = 'abcdefghij'.repeat(20_000);
  /** Reads break off after their first chunk, `times` times. */
  function breaking(store: Storage, times: number, between: () => Promise<unknown>): Storage {
    let left = times;
    return {
      ...store,
      read: async (key, options) => {
        const { info, body } = await store.read(key, options);
        if (left-- <= 0) return { info, body };
        const broken = async function* () {
          for await (const chunk of body) {
            yield chunk;
            await between();
            throw new PakhusError('STORE_UNAVAILABLE', 'connection reset');
          }
        };
        return { info, body: broken() };
      },
    };
  }

  test('goes on where it was', async () => {
    const clock = steppedClock(0);
    const store = createMemoryStorage({ clock });
    await store.write('a', Buffer.from(text));
    const storage = retryStorage(
      breaking(store, 2, async () => undefined),
      { clock, random: () => 1 },
    );
    expect(await readText(storage, 'a', { limitBytes: 1e6 })).toBe(text);
    const { body } = await storage.read('a', { range: { offset: 7, length: 150_000 } });
    expect(Buffer.concat(await allOf(body)).toString()).toBe(text.slice(7, 150_007));
  });

  test('is not patched up with another object', async () => {
    const clock = steppedClock(0);
    const store = createMemoryStorage({ clock });
    await store.write('a', Buffer.from(text));
    const replace = () => store.write('a', Buffer.from(text.toUpperCase()));
    const storage = retryStorage(breaking(store, 1, replace), { clock, random: () => 1 });
    await expect(readText(storage, 'a', { limitBytes: 1e6 })).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
    });
  });
});

test('a list that breaks off goes on after the last key', async () => {
  const clock = steppedClock(0);
  const store = createMemoryStorage({ clock });
  for (const key of ['a', 'b', 'c', 'd']) await store.write(key, Buffer.from(key));
  let broken = 0;
  const breaking: Storage = {
    ...store,
    list: async function* (prefix, options) {
      let count = 0;
      for await (const info of store.list(prefix, options)) {
        if (++count === 3 && broken++ === 0) throw new PakhusError('STORE_UNAVAILABLE', 'connection reset');
        yield info;
      }
    },
  };
  const found = await allOf(retryStorage(breaking, { clock, random: () => 1 }).list(''));
  expect(found.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
});

describe('a retrying store keeps the promises of the port', () => {
  const wrap = (storage: Storage) => retryStorage(storage, { clock: steppedClock(0), random: () => 0 });
  testStorage(memorySubject({ metadata: true }, wrap));
});
