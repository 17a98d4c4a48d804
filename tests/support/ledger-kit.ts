/** A ledger whose content is a list of words, on a store in memory. */
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createBlobStore } from '../../src/catalog/blobs.ts';
import { uploadsTo } from '../../src/catalog/uploads.ts';
import type { Clock } from '../../src/core/clock.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { createUlidFactory } from '../../src/core/ulid.ts';
import { type CommitOutcome, commitIntents } from '../../src/ledger/commit.ts';
import { asCommitter } from '../../src/ledger/committers.ts';
import { writeIntent } from '../../src/ledger/intents.ts';
import type { Ledger, Machine } from '../../src/ledger/ledger.ts';
import { readTail } from '../../src/ledger/log.ts';
import type { Prepare } from '../../src/ledger/make-revision.ts';
import type { Proposer } from '../../src/ledger/manifest.ts';
import { publishTail } from '../../src/ledger/publish.ts';
import { readSettled, type SettledIntent } from '../../src/ledger/settled.ts';
import type { LineSigner } from '../../src/ledger/signed-lines.ts';
import { createStoreTime } from '../../src/ledger/store-time.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import { prefixStorage } from '../../src/storage/prefix.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { REAL_MS } from './simulated-publisher.ts';

/** A clock that tests move. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** A ledger, and the ids of its proposals. */
export interface OpenLedger {
  readonly ledger: Ledger;
  readonly ulid: () => string;
}

/** A clock that moves only when somebody sleeps; those who sleep at the same time do so together. */
export function fakeClock(startMs: number = 1_800_000_000_000): FakeClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms: number) => {
      const wakeMs = nowMs + ms;
      await setTimeout(REAL_MS);
      nowMs = Math.max(nowMs, wakeMs);
    },
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** A ledger key of its own. */
export function newSigner(): LineSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return {
    keyId: sha256Hex(text).slice(0, 16),
    publicKey: text,
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64'),
  };
}

/** The ledger of the repository `tools`, as one process has it. */
export function openLedger(
  store: Storage,
  clock: FakeClock,
  options: { signer?: LineSigner; author?: string; machine?: Machine; anchors?: string[] } = {},
): OpenLedger {
  const state = prefixStorage(store, '.pakhus/tools');
  const ulid = createUlidFactory(clock.now, (length) => randomBytes(length));
  const uploads = uploadsTo(store);
  const ledger: Ledger = {
    repository: 'tools',
    state,
    tree: prefixStorage(store, 'tools'),
    settle: async (options) => {
      await uploads.settled();
      await store.settle(options);
    },
    blobs: createBlobStore(state, { ulid, uploads }),
    uploads,
    clock,
    time: createStoreTime(clock),
    randomBytes: (length) => randomBytes(length),
    verifySignature,
    trust: { anchors: new Set(options.anchors ?? []) },
    ...(options.signer && { signer: options.signer }),
    author: options.author ?? 'ann@desk',
    machine: options.machine ?? { host: 'desk', writesAlone: false },
  };
  return { ledger, ulid };
}

/** False also for a key that is none, as records of others may name one. */
function verifySignature(bytes: Uint8Array, signature: string, key: string): boolean {
  try {
    return verify(null, bytes, key, Buffer.from(signature, 'base64'));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** A repository whose content is a list of words, published in one file. Its first revision lists `proposers`. */
export function wordList(ledger: Ledger, proposers: readonly Proposer[] = []): Prepare {
  return async ({ base, intents, rev }) => {
    const before = Array.isArray(base?.manifest.content) ? base.manifest.content : [];
    const words = [...before, ...intents.map((intent) => String(intent.actions))];
    const bytes = Buffer.from(`${rev}: ${words.join(' ')}\n`);
    const blob = await ledger.blobs.put(bytes);
    const { signer } = ledger;
    return {
      content: words,
      proposers: base?.manifest.proposers ?? proposers,
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

/** Proposes a word; gives the reference of the proposal. */
export async function propose({ ledger, ulid }: OpenLedger, word: string): Promise<string> {
  if (ledger.signer === undefined) throw new Error('no signer');
  return writeIntent(ledger, { id: ulid(), message: word, actions: word, signer: ledger.signer });
}

/** Leaves a proposal in the inbox folder `who`, signed or not. */
export async function proposeAs(
  { ledger, ulid }: OpenLedger,
  who: string,
  {
    word,
    id = ulid(),
    signer,
  }: { readonly word: string; readonly id?: string; readonly signer?: LineSigner },
): Promise<string> {
  return writeIntent(ledger, { id, who, message: word, actions: word, signer });
}

/** Commits and publishes all that is open. */
export async function commitAll({ ledger }: OpenLedger): Promise<void> {
  await commitIntents(ledger, { prepare: wordList(ledger), waitFor: [] });
  await publishTail(ledger);
}

/** How the newest revision remembers a proposal. */
export async function settlementOf({ ledger }: OpenLedger, ref: string): Promise<SettledIntent | undefined> {
  const tail = await readTail(ledger);
  return tail && (await readSettled(ledger, tail.manifest)).get(ref);
}

/** A word that was proposed and committed. */
export interface Said {
  readonly ref: string;
  readonly outcome: CommitOutcome;
}

/** Proposes and commits a word. */
export async function commitWord(open: OpenLedger, word: string): Promise<Said> {
  const ref = await propose(open, word);
  return {
    ref,
    outcome: await commitIntents(open.ledger, { prepare: wordList(open.ledger), waitFor: [ref] }),
  };
}

/** Proposes, commits and publishes a word. */
export async function say(open: OpenLedger, word: string): Promise<Said> {
  const said = await commitWord(open, word);
  await publishTail(open.ledger);
  return said;
}

/** What clients see: `<revision>: <words>`. */
export async function publicText(ledger: Ledger): Promise<string> {
  return Buffer.from(await readBytes(ledger.tree, 'words.txt', { limitBytes: 10_000 })).toString();
}

/** An empty store and its clock. */
export function memoryStore(): { readonly clock: FakeClock; readonly store: Storage } {
  const clock = fakeClock();
  return { clock, store: createMemoryStorage({ clock }) };
}
