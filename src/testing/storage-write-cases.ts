import assert from 'node:assert/strict';
import type { ObjectInfo } from '../storage/storage.ts';
import type { StorageCase } from './storage-case.ts';
import {
  bodyOf,
  bytesOf,
  contentOf,
  failsAsItIs,
  failsWith,
  infosOf,
  keysOf,
  LARGE_BYTES,
  patternBytes,
  sameBytes,
  textAt,
} from './storage-checks.ts';

export const writeCases: readonly StorageCase[] = [
  {
    name: 'write, stat, read and list tell the same of an object',
    run: async ({ storage }) => {
      const written = [
        await storage.write('a', bytesOf('abc')),
        await storage.write('b', bytesOf('defg'), { ifAbsent: true }),
        await storage.write('c', bodyOf([bytesOf('h'), bytesOf('ij')])),
        await storage.copy('a', 'd'),
      ];
      assert.deepEqual(
        written.map(({ key, sizeBytes }) => [key, sizeBytes]),
        [
          ['a', 3],
          ['b', 4],
          ['c', 3],
          ['d', 3],
        ],
      );
      const told: ObjectInfo[] = [];
      for (const info of written) {
        const found = await storage.stat(info.key);
        // A bucket dates a write by its answer.
        assert.ok(Math.abs(found.modifiedMs - info.modifiedMs) < 10_000);
        assert.deepEqual({ ...found, modifiedMs: 0 }, { ...info, modifiedMs: 0 });
        const { info: read, body } = await storage.read(info.key);
        assert.deepEqual(read, found);
        for await (const _ of body) break;
        told.push(found);
      }
      assert.deepEqual(await infosOf(storage), told);
    },
  },
  {
    name: 'the body is taken as it is when the write ends',
    run: async ({ storage }) => {
      const body = Buffer.from('abc');
      await storage.write('a', body);
      body.fill(0);
      assert.equal(await textAt(storage, 'a'), 'abc');
    },
  },
  {
    name: 'a body may be a source, opened when it is needed, in chunks of any size',
    run: async ({ storage }) => {
      const bytes = patternBytes(LARGE_BYTES);
      const chunks = [
        bytes.subarray(0, 1),
        bytes.subarray(1, 1),
        bytes.subarray(1, 2_000_000),
        bytes.subarray(2_000_000),
      ];
      await storage.write('new', bodyOf(chunks), { ifAbsent: true });
      sameBytes(await contentOf(storage, 'new'), bytes);
      await storage.write('a', bytesOf('old'));
      await storage.write('a', { sizeBytes: bytes.length, open: () => chunks });
      sameBytes(await contentOf(storage, 'a'), bytes);
      await storage.write('empty', bodyOf([]), { ifAbsent: true });
      assert.equal((await storage.stat('empty')).sizeBytes, 0);
    },
  },
  {
    name: 'a body that throws leaves what was there, and its error reaches the caller as it is',
    run: async ({ storage }) => {
      await storage.write('old', bytesOf('old'));
      const error = Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' });
      const fail = (index: number): void => {
        if (index === 1) throw error;
      };
      const body = bodyOf([patternBytes(100_000), patternBytes(100_000)], { onChunk: fail });
      await failsAsItIs(error, storage.write('old', body));
      await failsAsItIs(error, storage.write('new', body));
      await failsAsItIs(error, storage.write('new', body, { ifAbsent: true }));
      assert.equal(await textAt(storage, 'old'), 'old');
      assert.deepEqual(await keysOf(storage), ['old']);
    },
  },
  {
    name: 'a body that is shorter or longer than it said leaves what was there: PACKAGE_CHANGED',
    run: async ({ storage }) => {
      await storage.write('old', bytesOf('old'));
      for (const sizeBytes of [9, 11, 0]) {
        const body = bodyOf([bytesOf('01234'), bytesOf('56789')], { sizeBytes });
        await failsWith('PACKAGE_CHANGED', storage.write('old', body), { storage, key: 'old' });
        await failsWith('PACKAGE_CHANGED', storage.write('new', body, { ifAbsent: true }));
      }
      assert.equal(await textAt(storage, 'old'), 'old');
      assert.deepEqual(await keysOf(storage), ['old']);
    },
  },
  {
    name: 'a write that is aborted in the middle leaves what was there',
    run: async ({ storage }) => {
      await storage.write('old', bytesOf('old'));
      const reason = new Error('stop');
      for (const call of [{}, { ifAbsent: true }]) {
        const controller = new AbortController();
        const onChunk = (index: number): void => {
          if (index === 1) controller.abort(reason);
        };
        const body = bodyOf([bytesOf('a'), bytesOf('b'), bytesOf('c')], { onChunk });
        const key = call.ifAbsent ? 'new' : 'old';
        await failsAsItIs(reason, storage.write(key, body, { ...call, signal: controller.signal }));
      }
      assert.equal(await textAt(storage, 'old'), 'old');
      assert.deepEqual(await keysOf(storage), ['old']);
    },
  },
  {
    name: 'every write gives a new etag, also of the same bytes',
    run: async ({ storage }) => {
      const etags = new Set<string>();
      for (let i = 0; i < 5; i++) etags.add((await storage.write('a', bytesOf('same'))).etag);
      await storage.write('b', bytesOf('same'));
      etags.add((await storage.copy('b', 'a')).etag);
      await storage.delete('a');
      etags.add((await storage.write('a', bytesOf('same'), { ifAbsent: true })).etag);
      assert.equal(etags.size, 7);
    },
  },
  {
    name: 'in a directory, a name that is written again gets a new whole second',
    run: async ({ storage }) => {
      await storage.write('a', bytesOf('0'), { ifAbsent: true });
      let last = Math.floor((await storage.stat('a')).modifiedMs / 1000);
      await storage.write('b', bytesOf('1'));
      const writes = [
        () => storage.write('a', bytesOf('1')),
        () => storage.write('a', bodyOf([bytesOf('2')])),
        () => storage.copy('b', 'a'),
        async () => storage.write('a', bytesOf('3'), { ifMatch: (await storage.stat('a')).etag }),
        () => storage.write('a', bytesOf('4')),
      ];
      for (const write of writes) {
        const { modifiedMs } = await write();
        assert.equal(modifiedMs % 1000, 0, `${modifiedMs} is no whole second`);
        assert.ok(modifiedMs / 1000 > last, `${modifiedMs / 1000} is not after ${last}`);
        assert.equal((await storage.stat('a')).modifiedMs, modifiedMs);
        last = modifiedMs / 1000;
      }
    },
  },
  {
    name: 'delete takes the object away; absent is fine',
    run: async ({ storage }) => {
      await storage.write('a/b/c', bytesOf('x'));
      await storage.write('a/b/d', bytesOf('x'));
      await storage.delete('a/b/c');
      await failsWith('STORE_OBJECT_NOT_FOUND', storage.stat('a/b/c'));
      for (const key of ['a/b/c', 'a/b', 'a', 'a/b/d/e', 'z/y/x']) await storage.delete(key);
      assert.deepEqual(await keysOf(storage), ['a/b/d']);
      await storage.delete('a/b/d');
      assert.deepEqual(await keysOf(storage), []);
      await storage.write('a', bytesOf('what was a folder'), { ifAbsent: true });
      assert.deepEqual(await keysOf(storage), ['a']);
    },
  },
  {
    name: 'a delete that comes too late is refused, and the object stays',
    run: async ({ storage }) => {
      const { modifiedMs } = await storage.write('a', bytesOf('x'));
      await failsWith('STORE_CONFLICT', storage.delete('a', { untilMs: modifiedMs - 60_000 }));
      await storage.stat('a');
      await storage.delete('a', { untilMs: modifiedMs + 600_000 });
      await failsWith('STORE_OBJECT_NOT_FOUND', storage.stat('a'));
    },
  },
  {
    name: 'settle may be called at any time, also when nothing was written',
    run: async ({ storage, open }) => {
      await storage.settle();
      await storage.write('a/b', bytesOf('x'), { ifAbsent: true, durable: true });
      await storage.write('a/c', bytesOf('x'));
      await Promise.all([storage.settle(), storage.settle(), storage.write('a/d', bytesOf('x'))]);
      await storage.delete('a/b');
      await (await open()).settle();
      await storage.settle();
    },
  },
  {
    name: 'a copy has the bytes of its source, and the two go their own ways',
    run: async ({ storage }) => {
      for (const bytes of [bytesOf('small'), patternBytes(LARGE_BYTES), new Uint8Array(0)]) {
        await storage.write('from', bytes);
        await storage.copy('from', 'to/new');
        await storage.copy('from', 'to/old');
        await storage.write('from', bytesOf('changed'));
        sameBytes(await contentOf(storage, 'to/new'), bytes);
        await storage.write('to/new', bytesOf('changed too'));
        sameBytes(await contentOf(storage, 'to/old'), bytes);
        await storage.delete('from');
        sameBytes(await contentOf(storage, 'to/old'), bytes);
        await storage.delete('to/new');
      }
    },
  },
  {
    name: 'content type, caching and metadata come back with the object, and go along with a copy',
    needs: ['metadata'],
    run: async ({ storage }) => {
      const meta = { since: '42', digest: 'abc' };
      const kept = { contentType: 'text/plain', cacheControl: 'no-cache', meta };
      await storage.write('a', bytesOf('x'), kept);
      await storage.copy('a', 'b');
      await storage.copy('a', 'c', { meta: { since: '43' } });
      assert.deepEqual(await storage.stat('a'), { ...(await storage.stat('a')), ...kept });
      assert.deepEqual(await storage.stat('b'), { ...(await storage.stat('b')), ...kept });
      assert.deepEqual((await storage.stat('c')).meta, { since: '43' });
      await storage.write('a', bytesOf('x'));
      assert.equal((await storage.stat('a')).meta, undefined);
    },
  },
];
