/** A sweep from its first commit to its second. */
import { describe, expect, test } from 'vitest';
import {
  commitWord,
  type FakeClock,
  fakeClock,
  newSigner,
  type OpenLedger,
  openLedger,
  say,
} from '../../tests/support/ledger-kit.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import type { Ledger } from './ledger.ts';
import { type Revision, readTail } from './log.ts';
import { readManifest } from './manifest.ts';
import { runSweep, type SweepOrder } from './run-sweep.ts';
import { walkBack } from './walk-back.ts';

interface Place {
  readonly clock: FakeClock;
  readonly store: Storage;
  open(around?: (store: Storage) => Storage): OpenLedger;
}

const BUCKET = { exclusive: false, metadata: true };

/** `files` lie in the public folder, and revision 1 says `one`. */
async function withFiles(files: readonly string[], capabilities: object = {}): Promise<Place> {
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, capabilities });
  const signer = newSigner();
  const open: Place['open'] = (around = (same) => same) => openLedger(around(store), clock, { signer });
  await say(open(), 'one');
  for (const key of files) await store.write(`tools/${key}`, Buffer.from(key));
  return { clock, store, open };
}

async function tailOf(ledger: Ledger): Promise<Revision> {
  const tail = await readTail(ledger);
  if (tail === undefined) throw new Error('no revision');
  return tail;
}

async function orderOf(ledger: Ledger, files: readonly string[]): Promise<SweepOrder> {
  return {
    tail: await tailOf(ledger),
    pointers: [],
    files: files.map((key) => ({ key, sizeBytes: 1 })),
    state: [],
    absent: [],
    wholeFrom: 1,
    message: (objects, done) => `${done ? 'swept' : 'sweep'} ${objects.length}`,
    onDeleted: () => {},
  };
}

async function filesIn({ store }: Place): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('tools/')) if (!key.endsWith('words.txt')) keys.push(key.slice(6));
  return keys;
}

/** Of each revision, the first first; with a mark while objects are being deleted. */
async function messages(ledger: Ledger): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { signed } of walkBack(ledger, await tailOf(ledger))) {
    const { sweep } = await readManifest(ledger.blobs, signed.record);
    found.unshift(`${signed.record.message}${sweep === null ? '' : ' …'}`);
  }
  return found;
}

test('announces, deletes, and says that it is over', async () => {
  const place = await withFiles(['a', 'b', 'c']);
  const { ledger } = place.open();
  const order = { ...(await orderOf(ledger, ['a', 'b'])), wholeFrom: 1 };
  expect(await runSweep(ledger, order)).toEqual({ left: 0 });
  expect(await filesIn(place)).toEqual(['c']);
  expect(await messages(ledger)).toEqual(['words', 'sweep 2 …', 'swept 2']);
});

test('does nothing when somebody else was faster', async () => {
  const place = await withFiles(['a']);
  const { ledger } = place.open();
  const order = await orderOf(ledger, ['a']);
  await commitWord(place.open(), 'two');
  expect(await runSweep(ledger, order)).toBeUndefined();
  expect(await filesIn(place)).toEqual(['a']);
  expect(await messages(ledger)).toEqual(['words', 'words']);
});

test('what others commit meanwhile carries it on, and its end is on top of theirs', async () => {
  const place = await withFiles(['a', 'b']);
  const busy = place.open((store) => ({
    ...store,
    delete: async (key, options) => {
      await commitWord(place.open(), `before ${key}`);
      await store.delete(key, options);
    },
  }));
  await runSweep(busy.ledger, await orderOf(busy.ledger, ['a', 'b']));
  expect(await messages(busy.ledger)).toEqual(['words', 'sweep 2 …', 'words …', 'words …', 'swept 2']);
});

test('what others ended needs no second end', async () => {
  const place = await withFiles(['a'], BUCKET);
  const slow = place.open((store) => ({
    ...store,
    delete: async (key, options) => {
      await store.delete(key, options);
      place.clock.advance(60_000);
      await commitWord(place.open(), 'later');
    },
  }));
  expect(await runSweep(slow.ledger, await orderOf(slow.ledger, ['a']))).toEqual({ left: 0 });
  expect(await messages(slow.ledger)).toEqual(['words', 'sweep 1 …', 'words']);
});

describe('the second commit', () => {
  test.each([
    ['comes at once in a directory', {}, 5000],
    ['waits in a bucket until no request can be on its way', BUCKET, 30_000],
  ])('%s', async (_what, capabilities, withinMs) => {
    const place = await withFiles(['a'], capabilities);
    const { ledger } = place.open();
    const startMs = place.clock.now();
    await runSweep(ledger, await orderOf(ledger, ['a']));
    const tookMs = place.clock.now() - startMs;
    expect(tookMs).toBeGreaterThan(withinMs - 5000);
    expect(tookMs).toBeLessThan(withinMs + 5000);
  });

  test('waits in a directory whose answers were lost, and what may still be there is left', async () => {
    const place = await withFiles(['a', 'b']);
    const deaf = place.open((store) => ({
      ...store,
      delete: async (key, options) => {
        await store.delete(key, options);
        if (key.endsWith('/a')) throw new PakhusError('STORE_UNAVAILABLE', 'the answer was lost');
      },
    }));
    const startMs = place.clock.now();
    expect(await runSweep(deaf.ledger, await orderOf(deaf.ledger, ['a', 'b']))).toEqual({ left: 1 });
    expect(place.clock.now() - startMs).toBeGreaterThan(25_000);
  });
});

test('an object that belongs to somebody else keeps no other from going, and is named at the end', async () => {
  const place = await withFiles(['a', 'b', 'c']);
  const { ledger } = place.open((store) => ({
    ...store,
    delete: async (key, options) => {
      if (key.endsWith('/a')) throw new PakhusError('STORE_PERMISSION', `${key}: permission denied`);
      await store.delete(key, options);
    },
  }));
  await expect(runSweep(ledger, await orderOf(ledger, ['a', 'b', 'c']))).rejects.toMatchObject({
    code: 'STORE_PERMISSION',
  });
  expect(await filesIn(place)).toEqual(['a']);
  expect(await messages(ledger)).toEqual(['words', 'sweep 3 …', 'swept 2']);
});

test('whoever waits for the lock of a directory gets it between two turns', async () => {
  const files = Array.from({ length: 600 }, (_, index) => `file-${index}`);
  const place = await withFiles(files);
  const begun = Promise.withResolvers<void>();
  // Outside of the sweeper's own work, which waits for no lock of its own.
  const publisher = begun.promise.then(() =>
    place.store.exclusive(async () => (await filesIn(place)).length),
  );
  const { ledger } = place.open((store) => ({
    ...store,
    delete: async (key, options) => {
      begun.resolve();
      await store.delete(key, options);
    },
  }));
  await runSweep(ledger, await orderOf(ledger, files));
  expect(await publisher).toBe(600 - 256);
  expect(await filesIn(place)).toEqual([]);
});
