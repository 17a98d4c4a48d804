/** Publishing into a bucket: no lock, only conditions. */
import { expect, test } from 'vitest';
import {
  commitWord,
  fakeClock,
  newSigner,
  openLedger,
  publicText,
  say,
} from '../../tests/support/ledger-kit.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import type { Storage, StorageCapabilities } from '../storage/storage.ts';
import { publishTail } from './publish.ts';

const BUCKET = { exclusive: false, metadata: true };

function bucket(capabilities: Partial<StorageCapabilities> = {}) {
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, capabilities: { ...BUCKET, ...capabilities } });
  const signer = newSigner();
  return { clock, store, open: (through: Storage = store) => openLedger(through, clock, { signer }) };
}

/** The store, stopping before the first write to `key` until it is let go. */
function stopAt(store: Storage, key: string) {
  const stopped = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let isFirst = true;
  const write: Storage['write'] = async (at, body, options) => {
    if (at === key && isFirst) {
      isFirst = false;
      stopped.resolve();
      await go.promise;
    }
    return store.write(at, body, options);
  };
  return { storage: { ...store, write }, stopped: stopped.promise, go: go.resolve };
}

test('what was committed is published, and a second time nothing is written', async () => {
  const { open } = bucket();
  const { ledger } = open();
  await commitWord(open(), 'one');
  expect(await publishTail(ledger)).toEqual({ rev: 1, written: ['words.txt'] });
  expect(await publicText(ledger)).toBe('1: one\n');
  expect(await publishTail(ledger)).toEqual({ rev: 1, written: [] });
});

test.each([true, false])(
  'a publisher that slept cannot undo a newer pointer (replaceIfMatch %s)',
  async (replaceIfMatch) => {
    const { store, open } = bucket({ replaceIfMatch });
    await say(open(), 'one');
    await publishTail(open().ledger);
    await commitWord(open(), 'two');
    const sleeper = stopAt(store, 'tools/words.txt');
    const late = publishTail(open(sleeper.storage).ledger);
    await sleeper.stopped;
    await commitWord(open(), 'three');
    await publishTail(open().ledger);
    sleeper.go();
    expect(await late).toMatchObject({ rev: 3 });
    expect(await publicText(open().ledger)).toBe('3: one two three\n');
  },
);

test('what a later revision has published is not taken for one’s own', async () => {
  const { open } = bucket();
  await say(open(), 'one');
  const { outcome } = await commitWord(open(), 'two');
  await say(open(), 'three');
  expect(await publishTail(open().ledger, { known: outcome.tail })).toEqual({ rev: 3, written: [] });
  expect(await publicText(open().ledger)).toBe('3: one two three\n');
});

test('a pointer that says it is newer than the log means that the log was cut', async () => {
  const { store, open } = bucket();
  await say(open(), 'one');
  await store.write('tools/words.txt', Buffer.from('?'), { meta: { 'pakhus-since': '9' } });
  await expect(publishTail(open().ledger)).rejects.toMatchObject({ code: 'LEDGER_TRUNCATED' });
});

test('a pointer that somebody else put there is replaced', async () => {
  const { store, open } = bucket();
  await commitWord(open(), 'one');
  await store.write('tools/words.txt', Buffer.from('foreign'));
  expect(await publishTail(open().ledger)).toMatchObject({ written: ['words.txt'] });
  expect(await publicText(open().ledger)).toBe('1: one\n');
});

/** Keys of the public folder that were looked at one by one. */
function watchLooks(store: Storage) {
  const looks: string[] = [];
  const stat: Storage['stat'] = (key, options) => {
    looks.push(key);
    return store.stat(key, options);
  };
  return { storage: { ...store, stat }, looks };
}

test('pointers that nobody touched since they were published are not looked at one by one', async () => {
  const { store, open } = bucket();
  await say(open(), 'one');
  const { storage, looks } = watchLooks(store);
  await say(open(storage), 'two');
  expect(await publicText(open().ledger)).toBe('2: one two\n');
  expect(looks).toEqual([]);
});

test('a pointer that somebody touched since is, and is put right', async () => {
  const { store, open } = bucket();
  await say(open(), 'one');
  await store.write('tools/words.txt', Buffer.from('0: x\n'), { meta: { 'pakhus-since': '1' } });
  const { storage, looks } = watchLooks(store);
  expect(await publishTail(open(storage).ledger)).toEqual({ rev: 1, written: ['words.txt'] });
  expect(looks).toEqual(['tools/words.txt']);
  expect(await publicText(open().ledger)).toBe('1: one\n');
});

test('without `published` every pointer is looked at', async () => {
  const { store, open } = bucket();
  await say(open(), 'one');
  await store.delete('.pakhus/tools/published');
  const { storage, looks } = watchLooks(store);
  expect(await publishTail(open(storage).ledger)).toEqual({ rev: 1, written: [] });
  expect(looks).toEqual(['tools/words.txt']);
});
