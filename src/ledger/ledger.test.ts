import { describe, expect, test } from 'vitest';
import {
  fakeClock,
  memoryStore,
  newSigner,
  openLedger,
  propose,
  publicText,
  say,
  wordList,
} from '../../tests/support/ledger-kit.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import { readBytes } from '../storage/read-all.ts';
import type { Storage } from '../storage/storage.ts';
import { commitIntents } from './commit.ts';
import { readTail, walkLog } from './log.ts';
import { publishTail } from './publish.ts';
import { recordKey } from './record.ts';

describe('a revision', () => {
  test('is committed, published and can be followed by another', async () => {
    const { clock, store } = memoryStore();
    const open = openLedger(store, clock, { signer: newSigner() });
    await say(open, 'one');
    await say(open, 'two');
    expect(await publicText(open.ledger)).toBe('2: one two\n');
    const tail = await readTail(open.ledger);
    expect(tail?.signed.record).toMatchObject({ rev: 2, author: 'ann@desk', published: 1 });
    const revs: number[] = [];
    for await (const { signed } of walkLog(open.ledger, 2)) revs.push(signed.record.rev);
    expect(revs).toEqual([1, 2]);
  });

  test('leaves no intent behind, and settles none twice', async () => {
    const { clock, store } = memoryStore();
    const open = openLedger(store, clock, { signer: newSigner() });
    const { ref } = await say(open, 'one');
    const again = await commitIntents(open.ledger, { prepare: wordList(open.ledger), waitFor: [ref] });
    expect(again.tail?.signed.record.rev).toBe(1);
    expect(again.settled.get(ref)).toEqual({ ref, rev: 1 });
    const inbox = [];
    for await (const { key } of open.ledger.state.list('inbox/')) inbox.push(key);
    expect(inbox).toEqual([]);
  });

  test('takes a second: signed dates rise by whole seconds', async () => {
    const { clock, store } = memoryStore();
    const open = openLedger(store, clock, { signer: newSigner() });
    await say(open, 'one');
    await say(open, 'two');
    const dates: number[] = [];
    for await (const { signed } of walkLog(open.ledger, 2)) dates.push(signed.record.signedAtMs);
    expect((dates[1] ?? 0) - (dates[0] ?? 0)).toBe(1000);
  });

  test('takes the open intents of all writers at once', async () => {
    const { clock, store } = memoryStore();
    const signer = newSigner();
    const writers = ['ann', 'bob', 'cat', 'dan'].map((author) =>
      openLedger(store, clock, { signer, author }),
    );
    await Promise.all(writers.map((writer, index) => say(writer, `w${index}`)));
    const [first] = writers;
    if (first === undefined) throw new Error('no writer');
    expect((await publicText(first.ledger)).trim().split(' ').slice(1).sort()).toEqual([
      'w0',
      'w1',
      'w2',
      'w3',
    ]);
    expect((await readTail(first.ledger))?.signed.record.rev).toBeLessThanOrEqual(4);
  });
});

describe('after a crash', () => {
  test('an open intent is committed by whoever comes next', async () => {
    const { clock, store } = memoryStore();
    const signer = newSigner();
    const ann = openLedger(store, clock, { signer, author: 'ann' });
    await propose(ann, 'left-behind');
    clock.advance(1);
    await say(openLedger(store, clock, { signer, author: 'bob' }), 'next');
    expect(await publicText(ann.ledger)).toBe('1: left-behind next\n');
  });

  test('a committed revision is published without any key', async () => {
    const { clock, store } = memoryStore();
    const open = openLedger(store, clock, { signer: newSigner() });
    const ref = await propose(open, 'one');
    await commitIntents(open.ledger, { prepare: wordList(open.ledger), waitFor: [ref] });
    const reader = openLedger(store, clock).ledger;
    expect(await publishTail(reader)).toEqual({ rev: 1, written: ['words.txt'] });
    expect(await publishTail(reader)).toEqual({ rev: 1, written: [] });
    expect(await publicText(reader)).toBe('1: one\n');
  });

  test('a commit whose answer was lost is found by its nonce', async () => {
    const { clock, store } = memoryStore();
    let lost = false;
    const forgetful: Storage = {
      ...store,
      write: async (key, body, options) => {
        const info = await store.write(key, body, options);
        if (!key.includes('/log/') || lost) return info;
        lost = true;
        throw new PakhusError('STORE_UNAVAILABLE', 'the answer was lost');
      },
    };
    const open = openLedger(forgetful, clock, { signer: newSigner() });
    await say(open, 'one');
    expect(lost).toBe(true);
    expect(await publicText(open.ledger)).toBe('1: one\n');
  });
});

describe('somebody without a ledger key', () => {
  test('proposes nothing', async () => {
    const { clock, store } = memoryStore();
    const owner = openLedger(store, clock, { signer: newSigner() });
    await say(owner, 'one');
    const mallory = openLedger(store, clock, { signer: newSigner(), author: 'mallory' });
    const ref = await propose(mallory, 'evil');
    await say(owner, 'two');
    expect(await publicText(owner.ledger)).toBe('2: one two\n');
    const outcome = await commitIntents(owner.ledger, { prepare: wordList(owner.ledger), waitFor: [ref] });
    expect(outcome.settled.get(ref)?.rejected).toContain('not signed by a committer');
  });

  test('commits nothing', async () => {
    const { clock, store } = memoryStore();
    const owner = openLedger(store, clock, { signer: newSigner() });
    await say(owner, 'one');
    await expect(
      say(openLedger(store, clock, { signer: newSigner(), author: 'mallory' }), 'evil'),
    ).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
    });
  });

  test('adds no record that is believed', async () => {
    const { clock, store } = memoryStore();
    const signer = newSigner();
    const owner = openLedger(store, clock, { signer, anchors: [signer.keyId] });
    await say(owner, 'one');
    const own = createMemoryStorage({ clock });
    const mallory = openLedger(own, clock, { signer: newSigner() });
    await say(mallory, 'x');
    await say(mallory, 'y');
    for await (const { key } of own.list('.pakhus/tools/')) {
      if (key.endsWith(recordKey(1))) continue;
      await store.write(key, await readBytes(own, key, { limitBytes: 1_000_000 }));
    }
    await expect(readTail(owner.ledger)).rejects.toMatchObject({ code: 'LEDGER_UNTRUSTED' });
  });

  test('cuts no tail unseen', async () => {
    const { clock, store } = memoryStore();
    const owner = openLedger(store, clock, { signer: newSigner() });
    await say(owner, 'one');
    await say(owner, 'two');
    await owner.ledger.state.delete(recordKey(2));
    await expect(readTail(owner.ledger)).rejects.toMatchObject({ code: 'LEDGER_TRUNCATED' });
  });

  test('flips no byte of a record or blob unseen', async () => {
    const { clock, store } = memoryStore();
    const owner = openLedger(store, clock, { signer: newSigner() });
    await say(owner, 'one');
    for (const folder of ['.pakhus/tools/log/', '.pakhus/tools/blob/']) {
      for await (const { key } of store.list(folder)) {
        const good = await readBytes(store, key, { limitBytes: 1_000_000 });
        const bad = Uint8Array.from(good);
        bad[Math.floor(bad.length / 2)] = (bad[Math.floor(bad.length / 2)] ?? 0) ^ 1;
        await store.write(key, bad);
        await store.delete('tools/words.txt');
        const code = await publishTail(owner.ledger).then(
          () => publicText(owner.ledger),
          (error: { code?: string }) => error.code,
        );
        expect(['LEDGER_CORRUPT', 'LEDGER_UNTRUSTED', '1: one\n']).toContain(code);
        await store.write(key, good);
      }
    }
  });
});

test('a machine whose clock is a minute ahead signs by the clock of the bucket', async () => {
  const clock = fakeClock();
  const store = createMemoryStorage({ clock, capabilities: { exclusive: false, metadata: true } });
  const signer = newSigner();
  const ahead = fakeClock(clock.now() + 60_000);
  const { outcome } = await say(openLedger(store, ahead, { signer }), 'one');
  expect(outcome.tail?.signed.record.signedAtMs).toBeLessThanOrEqual(clock.now());
  await say(openLedger(store, clock, { signer }), 'two');
});

test('a tail from the future is refused, with both times', async () => {
  const { clock, store } = memoryStore();
  const signer = newSigner();
  await say(openLedger(store, clock, { signer }), 'one');
  clock.advance(-60_000);
  await expect(say(openLedger(store, clock, { signer }), 'two')).rejects.toMatchObject({
    code: 'LEDGER_FUTURE',
  });
});
