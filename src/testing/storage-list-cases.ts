import assert from 'node:assert/strict';
import type { Storage } from '../storage/storage.ts';
import type { StorageCase } from './storage-case.ts';
import { bytesOf, keysOf } from './storage-checks.ts';

/** In the order of their UTF-8 bytes, which is neither that of folders nor that of UTF-16. */
const IN_ORDER: readonly string[] = [
  'A',
  'a',
  'a!/x',
  'a-b',
  'a-b-c/d',
  'a.b',
  'b/a/a',
  'b/a-a',
  'b/a.a/a',
  'b/a/b/c',
  'b/aa',
  'bb',
  'log/0000000001.json',
  'log/0000000002.json',
  'log/0000000010.json',
  'z',
  'ä',
  '\uffee',
  '😀',
];

/** Writes several at once: some stores take their time. */
async function fill(storage: Storage, keys: readonly string[]): Promise<void> {
  const left = [...keys].reverse().values();
  const lane = async (): Promise<void> => {
    for (const key of left) await storage.write(key, bytesOf(key), { ifAbsent: true });
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** What a list of `keys` has to give. */
function expected(keys: readonly string[], prefix: string, startAfter?: string): string[] {
  const after = (key: string): boolean =>
    startAfter === undefined || Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0;
  return keys
    .filter((key) => key.startsWith(prefix) && after(key))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export const listCases: readonly StorageCase[] = [
  {
    name: 'an empty store lists nothing, whatever the prefix',
    run: async ({ storage }) => {
      for (const prefix of ['', 'a', 'a/', 'a/b/c']) assert.deepEqual(await keysOf(storage, prefix), []);
    },
  },
  {
    name: 'keys come in the order of their bytes, across folders',
    run: async ({ storage }) => {
      await fill(storage, IN_ORDER);
      assert.deepEqual(await keysOf(storage), expected(IN_ORDER, ''));
    },
  },
  {
    name: 'a prefix is a plain beginning of keys',
    run: async ({ storage }) => {
      await fill(storage, IN_ORDER);
      for (const prefix of [
        'a',
        'a-',
        'b',
        'b/',
        'b/a',
        'b/a/',
        'b/a/b',
        'log/',
        'log/00',
        'nothing',
        'ä',
        'bb/',
        'log/..',
      ]) {
        assert.deepEqual(await keysOf(storage, prefix), expected(IN_ORDER, prefix), prefix);
      }
    },
  },
  {
    name: 'startAfter leaves out that key and all before it, whether it exists or not',
    run: async ({ storage }) => {
      await fill(storage, IN_ORDER);
      for (const prefix of ['', 'b', 'b/a', 'log/']) {
        for (const startAfter of [
          ...IN_ORDER,
          'a/',
          'b',
          'b/',
          'b/a',
          'b/a0',
          'b/a/z',
          'log/0000000009.json',
          'zz',
          '0',
        ]) {
          const found = await keysOf(storage, prefix, startAfter);
          assert.deepEqual(found, expected(IN_ORDER, prefix, startAfter), `${prefix} after ${startAfter}`);
        }
      }
    },
  },
  {
    name: 'a list of many pages is whole, and may be left early',
    run: async ({ storage }) => {
      const keys = Array.from({ length: 1_234 }, (_, i) => `p/${i % 7}/${String(i).padStart(5, '0')}`);
      await fill(storage, keys);
      assert.deepEqual(await keysOf(storage, 'p/'), expected(keys, 'p/'));
      assert.deepEqual(await keysOf(storage, 'p/3/', 'p/3/00500'), expected(keys, 'p/3/', 'p/3/00500'));
      const first: string[] = [];
      for await (const { key } of storage.list('p/')) {
        first.push(key);
        if (first.length === 3) break;
      }
      assert.deepEqual(first, expected(keys, 'p/').slice(0, 3));
    },
  },
  {
    name: 'what is there from beginning to end is listed once, whatever is written and deleted meanwhile',
    run: async ({ storage }) => {
      const keys = Array.from({ length: 50 }, (_, i) => `a/${i + 10}/x`);
      await fill(storage, keys);
      const found: string[] = [];
      for await (const { key } of storage.list('a/')) {
        if (key.endsWith('y')) continue;
        found.push(key);
        await storage.delete(key);
        await storage.write(`a/${found.length + 9}/y`, bytesOf('new'));
      }
      assert.deepEqual(found, keys);
    },
  },
];
