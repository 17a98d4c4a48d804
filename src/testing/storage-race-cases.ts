import assert from 'node:assert/strict';
import { hasCode } from '../core/pakhus-error.ts';
import type { ObjectInfo, Storage } from '../storage/storage.ts';
import type { StorageCase, StorageSubject } from './storage-case.ts';
import {
  bodyOf,
  bytesOf,
  contentOf,
  failsAsItIs,
  failsWith,
  keysOf,
  LARGE_BYTES,
  patternBytes,
  textAt,
} from './storage-checks.ts';

const RACERS = 16;

/** Runs one attempt per racer, on two handles by turns; fails unless one won and all others got STORE_CONFLICT. */
async function race(
  subject: StorageSubject,
  attempt: (storage: Storage, racer: number) => Promise<ObjectInfo>,
): Promise<number> {
  const other = await subject.open();
  const outcomes = await Promise.allSettled(
    Array.from({ length: RACERS }, (_, racer) => attempt(racer % 2 === 0 ? subject.storage : other, racer)),
  );
  const winners = outcomes.flatMap(({ status }, racer) => (status === 'fulfilled' ? [racer] : []));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !hasCode(outcome.reason, 'STORE_CONFLICT')) throw outcome.reason;
  }
  assert.equal(winners.length, 1, `${winners.length} of ${RACERS} won`);
  return winners[0] ?? -1;
}

export const raceCases: readonly StorageCase[] = [
  {
    name: 'ifAbsent writes a new object and never touches another',
    run: async ({ storage }) => {
      await storage.write('a', bytesOf('first'), { ifAbsent: true });
      const before = await storage.stat('a');
      for (const body of [bytesOf('second'), bodyOf([bytesOf('second')]), patternBytes(LARGE_BYTES)]) {
        await failsWith('STORE_CONFLICT', storage.write('a', body, { ifAbsent: true }), {
          storage,
          key: 'a',
        });
      }
      await storage.write('b', bytesOf('b'));
      await failsWith('STORE_CONFLICT', storage.copy('b', 'a', { ifAbsent: true }));
      assert.deepEqual(await storage.stat('a'), before);
      await storage.copy('b', 'c', { ifAbsent: true });
      assert.equal(await textAt(storage, 'c'), 'b');
    },
  },
  {
    name: 'ifMatch replaces the object that was read and no other',
    run: async ({ storage }) => {
      const { etag } = await storage.write('a', bytesOf('1'));
      const { etag: second } = await storage.write('a', bytesOf('2'), { ifMatch: etag });
      await failsWith('STORE_CONFLICT', storage.write('a', bytesOf('3'), { ifMatch: etag }), {
        storage,
        key: 'a',
      });
      await failsWith('STORE_CONFLICT', storage.write('b', bytesOf('3'), { ifMatch: etag }));
      await storage.write('c', bytesOf('c'));
      await failsWith('STORE_CONFLICT', storage.copy('c', 'a', { ifMatch: etag }));
      assert.equal(await textAt(storage, 'a'), '2');
      await storage.copy('c', 'a', { ifMatch: second });
      assert.equal(await textAt(storage, 'a'), 'c');
      await storage.delete('a');
      await failsWith('STORE_CONFLICT', storage.write('a', bytesOf('4'), { ifMatch: second }));
      assert.deepEqual(await keysOf(storage), ['c']);
    },
  },
  {
    name: 'both conditions at once are a bug of the caller',
    run: async ({ storage }) => {
      const { etag } = await storage.write('a', bytesOf('1'));
      const both = { ifAbsent: true, ifMatch: etag };
      await assert.rejects(storage.write('a', bytesOf('2'), both), TypeError);
      await assert.rejects(storage.copy('a', 'b', both), TypeError);
    },
  },
  {
    name: 'of many that create one object at once exactly one wins, and the object is the winner’s',
    needs: ['createIfAbsent'],
    run: async (subject) => {
      const { storage } = subject;
      for (const round of ['a', 'b/c/d', 'b/c/e']) {
        const winner = await race(subject, (handle, racer) =>
          handle.write(round, bytesOf(`by ${racer}`), { ifAbsent: true }),
        );
        assert.equal(await textAt(storage, round), `by ${winner}`);
      }
      const chunks = (racer: number) => [patternBytes(500_000, racer), patternBytes(700_000, racer)];
      const winner = await race(subject, (handle, racer) =>
        handle.write('large', bodyOf(chunks(racer)), { ifAbsent: true }),
      );
      assert.equal(Buffer.compare(await contentOf(storage, 'large'), Buffer.concat(chunks(winner))), 0);
    },
  },
  {
    name: 'of many that copy to one new key at once exactly one wins',
    needs: ['createIfAbsent'],
    run: async (subject) => {
      const { storage } = subject;
      for (let racer = 0; racer < RACERS; racer++)
        await storage.write(`from/${racer}`, bytesOf(`by ${racer}`));
      const winner = await race(subject, (handle, racer) =>
        handle.copy(`from/${racer}`, 'to', { ifAbsent: true }),
      );
      assert.equal(await textAt(storage, 'to'), `by ${winner}`);
    },
  },
  {
    name: 'of many that replace what they read at once exactly one wins',
    needs: ['replaceIfMatch'],
    run: async (subject) => {
      const { etag } = await subject.storage.write('a', bytesOf('before'));
      const winner = await race(subject, (handle, racer) =>
        handle.write('a', bytesOf(`by ${racer}`), { ifMatch: etag }),
      );
      assert.equal(await textAt(subject.storage, 'a'), `by ${winner}`);
    },
  },
  {
    name: 'a counter that is replaced with ifMatch loses no step',
    needs: ['replaceIfMatch'],
    run: async ({ storage, open }) => {
      await storage.write('count', bytesOf('0'));
      const handles = [storage, await open(), storage, await open()];
      await Promise.all(handles.map((handle) => countUp(handle, 10)));
      assert.equal(await textAt(storage, 'count'), '40');
    },
  },
  {
    name: 'a reader never sees half of a write',
    run: async ({ storage, open }) => {
      const version = (letter: string): Uint8Array =>
        new Uint8Array(LARGE_BYTES / 2).fill(letter.charCodeAt(0));
      await storage.write('a', version('a'));
      const reader = await open();
      let writing = true;
      const write = async (): Promise<void> => {
        for (const letter of 'bcdefghij') await storage.write('a', version(letter));
        writing = false;
      };
      const read = async (): Promise<void> => {
        while (writing) {
          const bytes = await contentOf(reader, 'a');
          assert.equal(bytes.length, LARGE_BYTES / 2);
          assert.ok(
            bytes.every((byte) => byte === bytes[0]),
            'two versions in one object',
          );
        }
      };
      await Promise.all([write(), read()]);
    },
  },
  {
    name: 'exclusive runs one work at a time, on all handles',
    needs: ['exclusive'],
    run: async ({ storage, open }) => {
      let running = 0;
      let most = 0;
      let runs = 0;
      const work = async (): Promise<void> => {
        most = Math.max(most, ++running);
        await storage.write('a', bytesOf(`${++runs}`));
        running--;
      };
      const handles = [storage, storage, await open(), await open(), storage];
      await Promise.all(handles.map((handle) => handle.exclusive(work)));
      assert.deepEqual({ most, runs }, { most: 1, runs: 5 });
    },
  },
  {
    name: 'exclusive gives what its work gives, its error too, and lets the next one in',
    needs: ['exclusive'],
    run: async ({ storage, open }) => {
      assert.equal(await storage.exclusive(async () => 42), 42);
      const error = new Error('work failed');
      await failsAsItIs(
        error,
        storage.exclusive(async () => {
          throw error;
        }),
      );
      assert.equal(await (await open()).exclusive(async () => 'next'), 'next');
    },
  },
  {
    name: 'work inside exclusive may do everything, exclusive too',
    needs: ['exclusive'],
    run: async ({ storage }) => {
      const text = await storage.exclusive(async () => {
        const { etag } = await storage.write('a', bytesOf('1'));
        await storage.write('a', bytesOf('2'), { ifMatch: etag });
        await storage.copy('a', 'b', { ifAbsent: true });
        await storage.delete('a');
        return storage.exclusive(() => textAt(storage, 'b'));
      });
      assert.equal(text, '2');
    },
  },
  {
    name: 'whoever waits for exclusive may give up',
    needs: ['exclusive'],
    run: async ({ storage, open }) => {
      const other = await open();
      const entered = Promise.withResolvers<void>();
      const leave = Promise.withResolvers<void>();
      const holding = storage.exclusive(() => {
        entered.resolve();
        return leave.promise;
      });
      await entered.promise;
      const controller = new AbortController();
      const waiting = other.exclusive(async () => assert.fail('got in'), { signal: controller.signal });
      const reason = new Error('stop');
      controller.abort(reason);
      await failsAsItIs(reason, waiting);
      leave.resolve();
      await holding;
      assert.equal(await other.exclusive(async () => 1), 1);
    },
  },
];

/** Adds one to the number at `count`, `steps` times, with as many tries as it takes. */
async function countUp(storage: Storage, steps: number): Promise<void> {
  for (let done = 0; done < steps; ) {
    const { etag } = await storage.stat('count');
    const count = Number(await textAt(storage, 'count'));
    try {
      await storage.write('count', bytesOf(`${count + 1}`), { ifMatch: etag });
      done++;
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    }
  }
}
