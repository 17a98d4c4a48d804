import assert from 'node:assert/strict';
import { readBytes } from '../storage/read-all.ts';
import type { StorageCase } from './storage-case.ts';
import {
  allOf,
  bytesOf,
  contentOf,
  failsWith,
  LARGE_BYTES,
  patternBytes,
  sameBytes,
} from './storage-checks.ts';

export const readCases: readonly StorageCase[] = [
  {
    name: 'an object that is not there is STORE_OBJECT_NOT_FOUND, and the message says which and where',
    run: async ({ storage }) => {
      await storage.write('a/b', bytesOf('x'));
      for (const key of ['c', 'a', 'a/c', 'a/b/c', 'c/d/e']) {
        await failsWith('STORE_OBJECT_NOT_FOUND', storage.stat(key), { storage, key });
        await failsWith('STORE_OBJECT_NOT_FOUND', storage.read(key), { storage, key });
        await failsWith('STORE_OBJECT_NOT_FOUND', storage.copy(key, 'new'), { storage, key });
      }
    },
  },
  {
    name: 'a range gives its bytes, as far as the object has them',
    run: async ({ storage }) => {
      const bytes = patternBytes(1000);
      await storage.write('a', bytes);
      for (const [offset, length] of [
        [0, 1000],
        [0, 1],
        [999, 1],
        [100, 300],
        [0, 0],
        [500, 0],
        [900, 200],
        [1000, 1],
        [5000, 10],
        [0, Number.MAX_SAFE_INTEGER],
      ] as const) {
        const { info, body } = await storage.read('a', { range: { offset, length } });
        assert.equal(info.sizeBytes, 1000, 'the size is the whole object’s');
        sameBytes(Buffer.concat(await allOf(body)), bytes.subarray(offset, offset + length));
      }
    },
  },
  {
    name: 'a range that is none is a bug of the caller',
    run: async ({ storage }) => {
      await storage.write('a', bytesOf('x'));
      for (const range of [
        { offset: -1, length: 1 },
        { offset: 0, length: -1 },
        { offset: 0.5, length: 1 },
        { offset: 0, length: Number.NaN },
      ]) {
        await assert.rejects(storage.read('a', { range }), RangeError);
      }
    },
  },
  {
    name: 'an empty object is an object',
    run: async ({ storage }) => {
      await storage.write('empty', new Uint8Array(0), { ifAbsent: true });
      assert.equal((await storage.stat('empty')).sizeBytes, 0);
      assert.equal((await contentOf(storage, 'empty')).length, 0);
    },
  },
  {
    name: 'a large object comes in pieces, from the start or from the middle',
    run: async ({ storage }) => {
      const bytes = patternBytes(LARGE_BYTES);
      await storage.write('large', bytes);
      sameBytes(await contentOf(storage, 'large'), bytes);
      const range = { offset: 1_000_001, length: 2_000_000 };
      const { body } = await storage.read('large', { range });
      const chunks = await allOf(body);
      assert.ok(chunks.length > 1, 'it came in one piece');
      sameBytes(Buffer.concat(chunks), bytes.subarray(range.offset, range.offset + range.length));
    },
  },
  {
    name: 'a body may be abandoned in the middle, or before its first byte',
    run: async ({ storage }) => {
      await storage.write('large', patternBytes(LARGE_BYTES));
      for await (const chunk of (await storage.read('large')).body) {
        assert.ok(chunk.length > 0);
        break;
      }
      const unread = (await storage.read('large')).body[Symbol.asyncIterator]();
      await unread.return?.();
      await failsWith('STORE_OBJECT_TOO_LARGE', readBytes(storage, 'large', { limitBytes: 10 }));
    },
  },
  {
    name: 'a reader has the object that it opened, whatever happens to the key',
    run: async ({ storage }) => {
      const old = patternBytes(LARGE_BYTES, 1);
      await storage.write('a', old);
      const { info, body } = await storage.read('a');
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) {
        if (chunks.length === 0) await storage.write('a', patternBytes(LARGE_BYTES, 2));
        if (chunks.length === 1) await storage.delete('a');
        chunks.push(chunk);
      }
      sameBytes(Buffer.concat(chunks), old);
      assert.equal(info.sizeBytes, old.length);
    },
  },
  {
    name: 'what a reader does to its bytes changes no object',
    run: async ({ storage }) => {
      await storage.write('a', bytesOf('abc'));
      (await contentOf(storage, 'a')).fill(0);
      sameBytes(await contentOf(storage, 'a'), bytesOf('abc'));
    },
  },
  {
    name: 'an aborted signal ends every call with its reason',
    run: async ({ storage }) => {
      await storage.write('a', bytesOf('abc'));
      const reason = new Error('the user pressed Ctrl-C');
      const call = { signal: AbortSignal.abort(reason) };
      const list = async (): Promise<void> => {
        for await (const _ of storage.list('', call)) assert.fail('listed something');
      };
      const calls: readonly (() => Promise<unknown>)[] = [
        () => storage.stat('a', call),
        () => storage.read('a', call),
        () => storage.write('a', bytesOf('x'), call),
        () => storage.write('b', bytesOf('x'), { ...call, ifAbsent: true }),
        () => storage.copy('a', 'b', call),
        () => storage.delete('a', call),
        () => storage.settle(call),
        list,
      ];
      for (const make of calls) await assert.rejects(make(), reason);
      assert.equal((await storage.stat('a')).sizeBytes, 3);
      await failsWith('STORE_OBJECT_NOT_FOUND', storage.stat('b'));
    },
  },
];
