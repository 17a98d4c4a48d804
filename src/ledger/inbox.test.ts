import { describe, expect, test } from 'vitest';
import {
  commitAll,
  memoryStore,
  newSigner,
  type OpenLedger,
  openLedger,
  proposeAs,
  publicText,
  say,
  settlementOf,
  wordList,
} from '../../tests/support/ledger-kit.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Storage } from '../storage/storage.ts';
import { commitIntents } from './commit.ts';
import { committerFolder, intentKey, listInbox, proposedKey, proposedName } from './inbox.ts';
import type { Proposer } from './manifest.ts';
import { encodeSaid, type LineSigner } from './signed-lines.ts';

const CI: Proposer = { name: 'ci', actions: ['add'], to: ['tools'] };

/** Ann's repository, in which `ci` may propose. */
async function withProposers(
  proposers: readonly Proposer[] = [CI],
  around: (store: Storage) => Storage = (store) => store,
): Promise<{ ann: OpenLedger; ci: OpenLedger; signer: LineSigner }> {
  const { clock, store } = memoryStore();
  const signer = newSigner();
  const ann = openLedger(around(store), clock, { signer });
  await proposeAs(ann, 'ann@desk', { word: 'first', signer });
  await commitIntents(ann.ledger, { prepare: wordList(ann.ledger, proposers), waitFor: [] });
  return { ann, ci: openLedger(store, clock, { author: 'runner@7' }), signer };
}

describe('the folder of a listed proposer', () => {
  test('needs no signature', async () => {
    const { ann, ci } = await withProposers();
    await proposeAs(ci, 'ci', { word: 'hello' });
    await commitAll(ann);
    expect(await publicText(ann.ledger)).toBe('2: first hello\n');
  });

  test('needs the signature of its key, where one is listed', async () => {
    const key = newSigner();
    const { ann, ci } = await withProposers([{ ...CI, publicKey: key.publicKey }]);
    const refs = [
      await proposeAs(ci, 'ci', { word: 'unsigned' }),
      await proposeAs(ci, 'ci', { word: 'forged', signer: newSigner() }),
      await proposeAs(ci, 'ci', { word: 'renamed', signer: { ...newSigner(), keyId: key.keyId } }),
    ];
    await proposeAs(ci, 'ci', { word: 'hello', signer: key });
    await commitAll(ann);
    expect(await publicText(ann.ledger)).toBe('2: first hello\n');
    for (const ref of refs)
      expect(await settlementOf(ann, ref)).toMatchObject({
        rejected: "it is not signed by the key of the proposer 'ci'",
      });
  });

  test('does not bind a committer, who signs', async () => {
    const { ann, signer } = await withProposers([{ ...CI, publicKey: newSigner().publicKey }]);
    await proposeAs(ann, 'ci', { word: 'hello', signer });
    await commitAll(ann);
    expect(await publicText(ann.ledger)).toBe('2: first hello\n');
  });
});

describe('refused, with the reason in the log', () => {
  test.each<[what: string, reason: string, bytes: Uint8Array]>([
    ['no JSON', 'it is no JSON', Buffer.from('-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n')],
    ['JSON of another shape', "expected an object with 'pakhus'", Buffer.from('[]\n')],
    ['no end of a line', 'the line with the signature is missing', Buffer.from('{}')],
    [
      'many brackets',
      "expected an object with 'pakhus'",
      Buffer.from(`${'['.repeat(1e5)}${']'.repeat(1e5)}\n`),
    ],
    [
      'what is larger than any proposal',
      'memory/.pakhus/tools: inbox/ci/ID/intent.json is larger than the 4194304 bytes that are read of it',
      Buffer.alloc(5_000_000, '"'),
    ],
    ['a message without end', 'message: longer than 1000 characters', said({ message: 'x'.repeat(1001) })],
    ['an author without end', 'author: longer than 1000 characters', said({ author: 'x'.repeat(1001) })],
    [
      'another repository',
      "its repository is 'other', its place says 'tools'",
      said({ repository: 'other' }),
    ],
    ['another folder', "its who is 'eve', its place says 'ci'", said({ who: 'eve' })],
    ['another id', "its id is '', its place says 'ID'", said({ id: '' })],
  ])('%s', async (_what, reason, bytes) => {
    const { ann, ci } = await withProposers();
    const id = ci.ulid();
    const body = Buffer.from(bytes.toString().replaceAll('ID', id));
    await ci.ledger.state.write(intentKey({ who: 'ci', id }), body);
    await proposeAs(ci, 'ci', { word: 'good' });
    await commitAll(ann);
    expect(await publicText(ann.ledger)).toBe('2: first good\n');
    const { rejected } = (await settlementOf(ann, `ci/${id}`)) ?? {};
    expect(rejected?.replaceAll(id, 'ID')).toBe(reason);
  });

  test('the folder of nobody', async () => {
    const { ann, ci } = await withProposers();
    const ref = await proposeAs(ci, 'eve', { word: 'evil' });
    await commitAll(ann);
    expect(await settlementOf(ann, ref)).toMatchObject({
      rejected: "it is not signed by a committer, and 'eve' is no proposer of this repository",
    });
  });

  test('what may not be read', async () => {
    const { ann, ci } = await withProposers([CI], (inner) => ({
      ...inner,
      read: async (key, options) => {
        if (key.includes('/inbox/ci/'))
          throw new PakhusError('STORE_PERMISSION', `${key}: permission denied`);
        return inner.read(key, options);
      },
    }));
    const ref = await proposeAs(ci, 'ci', { word: 'mode 000' });
    await commitAll(ann);
    expect(await settlementOf(ann, ref)).toMatchObject({
      rejected: `.pakhus/tools/inbox/${ref}/intent.json: permission denied`,
    });
  });
});

function said(change: Readonly<Record<string, string>>): Uint8Array {
  const intent = {
    repository: 'tools',
    who: 'ci',
    id: 'ID',
    author: 'a',
    message: 'm',
    actions: 'x',
    ...change,
  };
  return encodeSaid(intent, undefined);
}

describe('a crowded folder', () => {
  test('of a thousand things that are no proposals keeps nobody waiting', async () => {
    const { ann, ci, signer } = await withProposers();
    const junk = (at: number): string[] => [
      `inbox/ci/junk-${at}`,
      `inbox/ci/${at}/intent.json`,
      `inbox/ci/${ci.ulid()}/intent.json.part`,
      `inbox/ci/${ci.ulid()}/more/intent.json`,
      `inbox/junk-${at}`,
    ];
    for (let at = 0; at < 200; at++)
      for (const key of junk(at)) await ci.ledger.state.write(key, Buffer.from('junk'));
    await proposeAs(ci, 'ci', { word: 'hello' });
    await proposeAs(ann, 'ann@desk', { word: 'world', signer });
    await commitAll(ann);
    const words = (await publicText(ann.ledger)).trim().split(' ');
    expect(words.sort()).toEqual(['2:', 'first', 'hello', 'world']);
  });

  test('is looked at in parts, and the folder behind it all the same', async () => {
    const { ann, ci } = await withProposers();
    for (let at = 0; at < 501; at++) await proposeAs(ci, 'ci', { word: 'w' });
    await proposeAs(ci, 'eve', { word: 'evil' });
    const seen = new Map<string, number>();
    for await (const { who } of listInbox(ann.ledger, { isWanted: () => true }))
      seen.set(who, (seen.get(who) ?? 0) + 1);
    expect(Object.fromEntries(seen)).toEqual({ ci: 500, eve: 1 });
    await commitAll(ann);
    expect((await publicText(ann.ledger)).split(' ').filter((word) => word.startsWith('w'))).toHaveLength(
      501,
    );
    expect((await publicText(ann.ledger)).startsWith('3: ')).toBe(true);
  });
});

describe('a folder that the committer may not delete from', () => {
  const readOnlyInbox = (inner: Storage): Storage => ({
    ...inner,
    delete: async (key, options) => {
      if (key.includes('/inbox/ci/')) throw new PakhusError('STORE_PERMISSION', `${key}: permission denied`);
      return inner.delete(key, options);
    },
  });

  test('keeps what was settled, which is not done again', async () => {
    const { ann, ci } = await withProposers([CI], readOnlyInbox);
    const ref = await proposeAs(ci, 'ci', { word: 'hello' });
    await commitAll(ann);
    await say(ann, 'next');
    expect(await publicText(ann.ledger)).toBe('3: first hello next\n');
    expect(await settlementOf(ann, ref)).toEqual({ ref, rev: 2 });
  });
});

describe('names', () => {
  test('a committer has a folder that no proposer can have', () => {
    expect(committerFolder('ann@desk')).toBe('ann@desk');
    expect(committerFolder('ci')).toBe('ci@');
    expect(committerFolder('x'.repeat(200))).toBe(`${'x'.repeat(99)}@`);
    expect(committerFolder('../etc')).toBe('..-etc@');
  });

  test.each([
    ['hello_1.0-1~rc1+b2_amd64.deb', '0-hello_1.0-1~rc1+b2_amd64.deb'],
    ['../../../etc/passwd', '0-..-..-..-etc-passwd'],
    ['ünïcode\n.deb', '0--n-code-.deb'],
    ['x'.repeat(300), `0-${'x'.repeat(180)}`],
    ['', '0-'],
  ])('%j becomes one that stays in its folder', (name, expected) => {
    expect(proposedName(0, name)).toBe(expected);
    expect(proposedKey({ who: 'ci', id: 'ID' }, expected)).toBe(`inbox/ci/ID/${expected}`);
  });

  test.each([
    '../x',
    '.',
    '..',
    'a/b',
    '',
    '/etc/passwd',
    'a\\b',
    `0-${'x'.repeat(191)}`,
    '0-a\nb',
    '0-a/b',
    '.hidden',
    'intent.json',
  ])('%j is refused', (name) => {
    expect(() => proposedKey({ who: 'ci', id: 'ID' }, name)).toThrow(TypeError);
  });
});
