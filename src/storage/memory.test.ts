import { describe, expect, test } from 'vitest';
import { memorySubject, steppedClock, testStorage } from '../../tests/support/storage-subjects.ts';
import { createMemoryStorage } from './memory.ts';
import { readText } from './read-all.ts';

const BUCKET = { exclusive: false, metadata: true };
const NO_LOCK = [
  'exclusive runs one work at a time, on all handles',
  'exclusive gives what its work gives, its error too, and lets the next one in',
  'work inside exclusive may do everything, exclusive too',
  'whoever waits for exclusive may give up',
];
const NO_METADATA = [
  'content type, caching and metadata come back with the object, and go along with a copy',
];
const NO_CREATE = [
  'of many that create one object at once exactly one wins, and the object is the winner’s',
  'of many that copy to one new key at once exactly one wins',
];
const NO_REPLACE = [
  'of many that replace what they read at once exactly one wins',
  'a counter that is replaced with ifMatch loses no step',
];
const BUCKET_DATES = {
  'in a directory, a name that is written again gets a new whole second': 'a bucket has only its clock',
};

describe('a directory in memory keeps the promises of the port', () => {
  testStorage(memorySubject(), {}, NO_METADATA);
});

describe('a bucket in memory keeps the promises of the port', () => {
  testStorage(memorySubject(BUCKET), BUCKET_DATES, NO_LOCK);
});

describe('a bucket without conditional writes keeps the rest', () => {
  testStorage(memorySubject({ ...BUCKET, createIfAbsent: false, replaceIfMatch: false }), BUCKET_DATES, [
    ...NO_LOCK,
    ...NO_CREATE,
    ...NO_REPLACE,
  ]);
});

test('without createIfAbsent two writers can both believe that they were first', async () => {
  const store = createMemoryStorage({ capabilities: { createIfAbsent: false } });
  const outcomes = await Promise.allSettled([
    store.write('a', Buffer.from('1'), { ifAbsent: true }),
    store.write('a', Buffer.from('2'), { ifAbsent: true }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

test('with etags of the content, old bytes have their old etag again', async () => {
  const store = createMemoryStorage({ capabilities: BUCKET, etags: 'content' });
  const { etag: first } = await store.write('a', Buffer.from('1'));
  await store.write('a', Buffer.from('2'));
  await store.write('a', Buffer.from('1'));
  await store.write('a', Buffer.from('3'), { ifMatch: first });
  await expect(store.write('a', Buffer.from('4'), { ifMatch: first })).rejects.toMatchObject({
    code: 'STORE_CONFLICT',
  });
});

test('exclusive without the capability is refused', async () => {
  const store = createMemoryStorage({ capabilities: BUCKET });
  await expect(store.exclusive(async () => 1)).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
});

test('whoever waits 30 seconds for exclusive gets STORE_LOCKED', async () => {
  const clock = steppedClock(1_000_000);
  const store = createMemoryStorage({ clock, name: 'shelf' });
  let letGo = (): void => undefined;
  const holding = store.exclusive(() => new Promise<void>((resolve) => (letGo = resolve)));
  await expect(store.exclusive(async () => 1)).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    message: expect.stringContaining('shelf'),
  });
  expect(clock.now()).toBeGreaterThanOrEqual(1_030_000);
  letGo();
  await holding;
  expect(await store.exclusive(async () => 2)).toBe(2);
});

test('dates and etags follow the clock and the order of writes, nothing else', async () => {
  const run = async () => {
    const store = createMemoryStorage({ clock: steppedClock(5_500) });
    const infos = [
      await store.write('new', Buffer.from('1'), { ifAbsent: true }),
      await store.write('new', Buffer.from('2')),
      await store.write('new', Buffer.from('3')),
      await store.write('other', Buffer.from('4')),
    ];
    return infos.map(({ modifiedMs, etag }) => ({ modifiedMs, etag }));
  };
  expect((await run()).map(({ modifiedMs }) => modifiedMs)).toEqual([5_500, 6_000, 7_000, 5_000]);
  expect(await run()).toEqual(await run());
});

test('a bucket dates objects by the second of its clock', async () => {
  const store = createMemoryStorage({ clock: steppedClock(5_500), capabilities: BUCKET });
  await store.write('a', Buffer.from('1'), { ifAbsent: true });
  expect((await store.write('a', Buffer.from('2'))).modifiedMs).toBe(5_000);
  expect(await readText(store, 'a', { limitBytes: 1 })).toBe('2');
});
