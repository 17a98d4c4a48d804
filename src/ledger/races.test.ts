import { describe, expect, test } from 'vitest';
import {
  memoryStore,
  newSigner,
  openLedger,
  propose,
  publicText,
  say,
  wordList,
} from '../../tests/support/ledger-kit.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Storage } from '../storage/storage.ts';
import { commitIntents } from './commit.ts';
import { withdrawIntent } from './intents.ts';
import type { Prepare } from './make-revision.ts';
import { publishTail } from './publish.ts';

describe('while another writer is at work', () => {
  /** Runs `first` once, just before the inbox is listed. */
  function beforeInbox(store: Storage, first: () => Promise<unknown>): Storage {
    let done = false;
    return {
      ...store,
      list: async function* (prefix, options) {
        if (prefix.includes('/inbox/') && !done) {
          done = true;
          await first();
        }
        yield* store.list(prefix, options);
      },
    };
  }

  test('a change that the other one settles between two looks is found in the log', async () => {
    const { clock, store } = memoryStore();
    const signer = newSigner();
    const bob = openLedger(store, clock, { signer, author: 'bob' });
    const other = (): Promise<unknown> =>
      commitIntents(bob.ledger, { prepare: wordList(bob.ledger), waitFor: [] });
    const ann = openLedger(beforeInbox(store, other), clock, { signer, author: 'ann' });
    const { ref, outcome } = await say(ann, 'one');
    expect(outcome.settled.get(ref)).toEqual({ ref, rev: 1 });
    expect(await publicText(ann.ledger)).toBe('1: one\n');
  });

  test('a change that somebody deletes is told as such', async () => {
    const { clock, store } = memoryStore();
    const vandal = async (): Promise<void> => {
      for await (const { key } of store.list('.pakhus/tools/inbox/')) await store.delete(key);
    };
    const ann = openLedger(beforeInbox(store, vandal), clock, { signer: newSigner() });
    await expect(say(ann, 'one')).rejects.toMatchObject({
      code: 'INTENT_REJECTED',
      message: expect.stringContaining('somebody deleted the proposal'),
    });
  });

  test('a change can be taken back while it is open', async () => {
    const { clock, store } = memoryStore();
    const ann = openLedger(store, clock, { signer: newSigner() });
    await withdrawIntent(ann.ledger, await propose(ann, 'never'));
    await say(ann, 'one');
    expect(await publicText(ann.ledger)).toBe('1: one\n');
  });

  test.each([
    ['that is overtaken meanwhile is tried again on the newest', true],
    ['that is the newest is told as such', false],
  ])('damage that shows on a base %s', async (_what, isOvertaken) => {
    const { clock, store } = memoryStore();
    const signer = newSigner();
    const ann = openLedger(store, clock, { signer });
    await say(ann, 'one');
    const damage = new PakhusError('LEDGER_CORRUPT', 'a blob of an old revision is gone');
    let attempts = 0;
    const prepare: Prepare = async (input) => {
      if (attempts++ > 0) return wordList(ann.ledger)(input);
      if (isOvertaken) await say(openLedger(store, clock, { signer, author: 'bob' }), 'two');
      throw damage;
    };
    const ref = await propose(ann, 'three');
    const done = commitIntents(ann.ledger, { prepare, waitFor: [ref] });
    if (!isOvertaken) return expect(done).rejects.toBe(damage);
    await done;
    await publishTail(ann.ledger);
    expect((await publicText(ann.ledger)).trim().split(' ').sort()).toEqual(['2:', 'one', 'three', 'two']);
  });

  test('of two first publishes with keys of their own, the second one learns whom to ask', async () => {
    const { clock, store } = memoryStore();
    const ann = openLedger(store, clock, { signer: newSigner(), author: 'ann@desk' });
    const bob = openLedger(store, clock, { signer: newSigner(), author: 'bob@lap' });
    const ref = await propose(bob, 'two');
    await say(ann, 'one');
    await expect(
      commitIntents(bob.ledger, { prepare: wordList(bob.ledger), waitFor: [ref] }),
    ).rejects.toMatchObject({ code: 'KEY_NOT_FOUND', hint: expect.stringContaining('Ask ann@desk') });
    expect(await publicText(ann.ledger)).toBe('1: one\n');
  });
});
