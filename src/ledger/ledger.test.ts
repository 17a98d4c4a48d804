import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createBlobStore } from '../catalog/blobs.ts';
import { sha256Hex } from '../core/digest.ts';
import { createUlidFactory } from '../core/ulid.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import { prefixStorage } from '../storage/prefix.ts';
import { readBytes } from '../storage/read-all.ts';
import type { Storage } from '../storage/storage.ts';
import { asCommitter, commitIntents, type Prepare } from './commit.ts';
import { withdrawIntent, writeIntent } from './intents.ts';
import type { Ledger } from './ledger.ts';
import { readTail, walkLog } from './log.ts';
import { publishTail } from './publish.ts';
import { recordKey } from './record.ts';
import type { LineSigner } from './signed-lines.ts';

/** A clock that moves only when somebody sleeps; those who sleep at the same time do so together. */
function fakeClock(startMs = 1_800_000_000_000) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms: number) => {
      const wakeMs = nowMs + ms;
      await new Promise(setImmediate);
      nowMs = Math.max(nowMs, wakeMs);
    },
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

function newSigner(): LineSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return {
    keyId: sha256Hex(text).slice(0, 16),
    publicKey: text,
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64'),
  };
}

function openLedger(
  store: Storage,
  clock: ReturnType<typeof fakeClock>,
  options: { signer?: LineSigner; author?: string; anchors?: string[] } = {},
) {
  const state = prefixStorage(store, '.pakhus/tools');
  const ulid = createUlidFactory(clock.now, (length) => randomBytes(length));
  const ledger: Ledger = {
    repository: 'tools',
    state,
    tree: prefixStorage(store, 'tools'),
    settle: (options) => store.settle(options),
    blobs: createBlobStore(state, { ulid }),
    clock,
    randomBytes: (length) => randomBytes(length),
    verifySignature: (bytes, signature, key) => verify(null, bytes, key, Buffer.from(signature, 'base64')),
    trust: { anchors: new Set(options.anchors ?? []) },
    ...(options.signer && { signer: options.signer }),
    author: options.author ?? 'ann@desk',
  };
  return { ledger, ulid };
}

/** A repository whose content is a list of words, published in one file. */
function wordList(ledger: Ledger): Prepare {
  return async ({ base, intents, rev }) => {
    const before = Array.isArray(base?.manifest.content) ? base.manifest.content : [];
    const words = [...before, ...intents.map((intent) => String(intent.actions))];
    const bytes = Buffer.from(`${rev}: ${words.join(' ')}\n`);
    const blob = await ledger.blobs.put(bytes);
    const { signer } = ledger;
    return {
      content: words,
      committers: base?.manifest.committers ?? (signer ? [asCommitter(ledger, signer)] : []),
      pointers: [
        {
          path: 'words.txt',
          sizeBytes: bytes.length,
          sha256: blob.sha256,
          from: { blob: blob.key },
          contentType: 'text/plain',
          since: rev,
        },
      ],
      files: null,
      settled: intents.map(({ ref }) => ({ ref })),
      message: 'words',
    };
  };
}

async function propose({ ledger, ulid }: ReturnType<typeof openLedger>, word: string): Promise<string> {
  if (ledger.signer === undefined) throw new Error('no signer');
  return writeIntent(ledger, { id: ulid(), message: word, actions: word, signer: ledger.signer });
}

async function say(open: ReturnType<typeof openLedger>, word: string) {
  const ref = await propose(open, word);
  const outcome = await commitIntents(open.ledger, { prepare: wordList(open.ledger), waitFor: [ref] });
  await publishTail(open.ledger);
  return { ref, outcome };
}

async function publicText(ledger: Ledger): Promise<string> {
  return Buffer.from(await readBytes(ledger.tree, 'words.txt', { limitBytes: 10_000 })).toString();
}

function memoryStore() {
  const clock = fakeClock();
  return { clock, store: createMemoryStorage({ clock }) };
}

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
    const { PakhusError } = await import('../core/pakhus-error.ts');
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

test('a tail from the future is refused, with both times', async () => {
  const { clock, store } = memoryStore();
  const signer = newSigner();
  const ahead = fakeClock(clock.now() + 60_000);
  await say(openLedger(store, ahead, { signer }), 'one');
  await expect(say(openLedger(store, clock, { signer }), 'two')).rejects.toMatchObject({
    code: 'LEDGER_FUTURE',
  });
});
