/** Writers that stand still for long between two looks at the store, and clocks that are set meanwhile. */
import { expect, test } from 'vitest';
import {
  commitAll,
  commitWord,
  type FakeClock,
  fakeClock,
  memoryStore,
  newSigner,
  openLedger,
  propose,
  publicText,
  wordList,
} from '../../tests/support/ledger-kit.ts';
import type { Clock } from '../core/clock.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import { commitIntents } from './commit.ts';
import { readTail } from './log.ts';
import type { Prepare } from './make-revision.ts';

const DAY_MS = 24 * 3_600_000;

/** Runs `meanwhile` once, just before keys that hold `part` are listed. */
function beforeList(store: Storage, part: string, meanwhile: () => Promise<unknown>): Storage {
  let done = false;
  return {
    ...store,
    list: async function* (prefix, options) {
      if (prefix.includes(part) && !done) {
        done = true;
        await meanwhile();
      }
      yield* store.list(prefix, options);
    },
  };
}

test('whoever sleeps for a fortnight learns from the log how their change ended', async () => {
  const { clock, store } = memoryStore();
  const signer = newSigner();
  const bob = openLedger(store, clock, { signer, author: 'bob@lap' });
  const fortnight = async (): Promise<void> => {
    await commitAll(bob);
    for (const word of ['two', 'three']) {
      clock.advance(8 * DAY_MS);
      await commitWord(bob, word);
    }
  };
  const ann = openLedger(beforeList(store, '/inbox/', fortnight), clock, { signer });
  const ref = await propose(ann, 'one');
  const outcome = await commitIntents(ann.ledger, { prepare: wordList(ann.ledger), waitFor: [ref] });
  expect(outcome.settled.get(ref)).toEqual({ ref, rev: 1 });
});

test('an error on top of a revision that is the newest no more is no reason to give up', async () => {
  const { clock, store } = memoryStore();
  const signer = newSigner();
  const bob = openLedger(store, clock, { signer, author: 'bob@lap' });
  const ann = openLedger(store, clock, { signer });
  const failing: Prepare = async (input) => {
    if (input.base === undefined) {
      await commitAll(bob);
      throw new PakhusError('LEDGER_CORRUPT', 'a blob of the revision before was collected');
    }
    return wordList(ann.ledger)(input);
  };
  const ref = await propose(ann, 'one');
  const outcome = await commitIntents(ann.ledger, { prepare: failing, waitFor: [ref] });
  expect(outcome.settled.get(ref)).toEqual({ ref, rev: 1 });
});

test('an error on top of the newest revision is told', async () => {
  const { clock, store } = memoryStore();
  const ann = openLedger(store, clock, { signer: newSigner() });
  const failing: Prepare = async () => {
    throw new PakhusError('LEDGER_CORRUPT', 'a blob is missing');
  };
  const ref = await propose(ann, 'one');
  await expect(commitIntents(ann.ledger, { prepare: failing, waitFor: [ref] })).rejects.toMatchObject({
    code: 'LEDGER_CORRUPT',
  });
});

test('a clock that is set back while a revision is prepared does not make two of one date', async () => {
  const { clock, store } = memoryStore();
  const signer = newSigner();
  await commitWord(openLedger(store, clock, { signer }), 'one');
  clock.advance(1500);
  const setBack = async (): Promise<void> => clock.advance(-3000);
  const ann = openLedger(beforeList(store, '/claim/', setBack), clock, { signer });
  const before = await readTail(ann.ledger);
  const { outcome } = await commitWord(ann, 'two');
  const dates = [before, outcome.tail].map((one) => one?.signed.record.signedAtMs ?? 0);
  expect(dates[1]).toBeGreaterThanOrEqual((dates[0] ?? 0) + 1000);
});

/** The store's clock, seen by a machine that is ahead or behind. */
function skewed(clock: FakeClock, skewMs: number): FakeClock {
  const own: Clock = { now: () => clock.now() + skewMs, sleep: (ms) => clock.sleep(ms) };
  return { ...own, advance: clock.advance };
}

test.each([9000, -9000, 9 * DAY_MS, -9 * DAY_MS])(
  'who commits what others proposed, with a clock that is %i ms ahead, goes by the time of the bucket',
  async (skewMs) => {
    const clock = fakeClock();
    const store = createMemoryStorage({ clock, capabilities: { exclusive: false, metadata: true } });
    const signer = newSigner();
    const ann = openLedger(store, clock, { signer });
    await commitWord(ann, 'one');
    const ref = await propose(ann, 'two');
    const committer = openLedger(store, skewed(clock, skewMs), { signer, author: 'robot@host' });
    await commitAll(committer);
    const tail = await readTail(ann.ledger);
    expect(tail?.signed.record.settled).toEqual([{ ref }]);
    expect(tail?.signed.record.signedAtMs).toBeLessThanOrEqual(clock.now());
    expect(await publicText(ann.ledger)).toBe('2: one two\n');
  },
);
