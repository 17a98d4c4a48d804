import { expect, test } from 'vitest';
import {
  commitWord,
  fakeClock,
  newSigner,
  openLedger,
  propose,
  say,
} from '../../tests/support/ledger-kit.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import type { StorageCapabilities } from '../storage/storage.ts';
import { isFinished } from './is-finished.ts';
import { readTail } from './log.ts';

async function published(capabilities: Partial<StorageCapabilities>) {
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, capabilities });
  const signer = newSigner();
  const open = () => openLedger(store, clock, { signer });
  await say(open(), 'one');
  return {
    store,
    open,
    isFinished: async (): Promise<boolean> => {
      const { ledger } = open();
      const tail = await readTail(ledger);
      if (tail === undefined) throw new Error('there is no revision');
      return isFinished(ledger, { tail, paths: ['words.txt'] });
    },
  };
}

const BUCKET = { exclusive: false, metadata: true };

test('nothing is left after a publish', async () => {
  const bucket = await published(BUCKET);
  expect(await bucket.isFinished()).toBe(true);
});

test('a proposal is left', async () => {
  const bucket = await published(BUCKET);
  await propose(bucket.open(), 'two');
  expect(await bucket.isFinished()).toBe(false);
});

test('a revision that nobody published is left', async () => {
  const bucket = await published(BUCKET);
  await commitWord(bucket.open(), 'two');
  expect(await bucket.isFinished()).toBe(false);
});

test('a pointer that somebody touched is left', async () => {
  const bucket = await published(BUCKET);
  await bucket.store.write('tools/words.txt', Buffer.from('?'));
  expect(await bucket.isFinished()).toBe(false);
  await bucket.store.delete('tools/words.txt');
  expect(await bucket.isFinished()).toBe(false);
});

test('of a directory nothing is said: it is looked at as a whole', async () => {
  expect(await (await published({})).isFinished()).toBe(false);
});
