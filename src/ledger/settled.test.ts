import { expect, test } from 'vitest';
import {
  type FakeClock,
  fakeClock,
  newSigner,
  type OpenLedger,
  openLedger,
  propose,
  proposeAs,
  publicText,
  say,
  settlementOf,
} from '../../tests/support/ledger-kit.ts';
import { createUlidFactory } from '../core/ulid.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A minute before the end of an hour. */
const START_MS = Date.UTC(2027, 0, 1, 12, 59);

function start(): { readonly ann: OpenLedger; readonly clock: FakeClock } {
  const clock = fakeClock(START_MS);
  const store = createMemoryStorage({ clock });
  return { clock, ann: openLedger(store, clock, { signer: newSigner() }) };
}

/** Another copy of the proposal arrives, and somebody commits. */
async function sayAgain(ann: OpenLedger, ref: string, word: string): Promise<void> {
  const [who = '', id = ''] = ref.split('/');
  const { signer } = ann.ledger;
  await proposeAs(ann, who, { id, word, ...(signer && { signer }) });
  await say(ann, 'next');
}

function idAt(ms: number): string {
  return createUlidFactory(
    () => ms,
    (length) => new Uint8Array(length),
  )();
}

test.each([
  ['at once', 0],
  ['a day later', DAY_MS],
  ['just before its id expires', 7 * DAY_MS - MINUTE_MS],
  ['after its id has expired', 7 * DAY_MS + 2 * HOUR_MS],
  ['much later', 13 * DAY_MS],
  ['when nobody remembers', 20 * DAY_MS],
])('a copy that arrives %s is not done again', async (_when, laterMs) => {
  const { ann, clock } = start();
  const ref = await propose(ann, 'once');
  await say(ann, 'first');
  clock.advance(laterMs);
  await sayAgain(ann, ref, 'once');
  expect(await publicText(ann.ledger)).toMatch(/^2: once first next$/m);
});

test('of an id that is ahead, as long as the copy would look like a new one', async () => {
  const { ann, clock } = start();
  const ref = `ci@/${idAt(START_MS + 4 * MINUTE_MS)}`;
  await sayAgain(ann, ref, 'once');
  // The hour in which it was settled is seven days old, its id is not.
  clock.advance(7 * DAY_MS + 2 * MINUTE_MS);
  await say(ann, 'later');
  await sayAgain(ann, ref, 'once');
  expect(await publicText(ann.ledger)).toMatch(/^3: next once later next$/m);
});

test('an id that was refused because it is 8 days ahead stays refused when its time has come', async () => {
  const { ann, clock } = start();
  await say(ann, 'first');
  const ref = `ci@/${idAt(START_MS + 8 * DAY_MS)}`;
  await sayAgain(ann, ref, 'early');
  expect(await settlementOf(ann, ref)).toMatchObject({
    rev: 2,
    rejected: 'its id is more than 5 minutes ahead of the store',
  });
  for (let day = 1; day <= 8; day++) {
    clock.advance(DAY_MS);
    await say(ann, `day${day}`);
  }
  await sayAgain(ann, ref, 'early');
  expect(await publicText(ann.ledger)).not.toContain('early');
  expect(await settlementOf(ann, ref)).toMatchObject({ rev: 2 });
});

test('an id that is ahead is refused though its file is dated as far ahead', async () => {
  const { clock } = start();
  const inner = createMemoryStorage({ clock });
  const store: Storage = {
    ...inner,
    list: async function* (prefix, options) {
      for await (const info of inner.list(prefix, options))
        yield info.key.includes('/inbox/ci@/') ? { ...info, modifiedMs: START_MS + 8 * DAY_MS } : info;
    },
  };
  const ann = openLedger(store, clock, { signer: newSigner() });
  await say(ann, 'first');
  const ref = `ci@/${idAt(START_MS + 8 * DAY_MS)}`;
  await sayAgain(ann, ref, 'early');
  expect(await publicText(ann.ledger)).toBe('2: first next\n');
});

test('an id far in the future is not remembered for ever', async () => {
  const { ann, clock } = start();
  await say(ann, 'first');
  const ref = `ci@/${idAt(START_MS + 400 * DAY_MS)}`;
  await sayAgain(ann, ref, 'early');
  clock.advance(8 * DAY_MS);
  await say(ann, 'later');
  expect(await settlementOf(ann, ref)).toBeUndefined();
});

test('an id that is 8 days old is refused', async () => {
  const { ann } = start();
  await say(ann, 'first');
  const ref = `ci@/${idAt(START_MS - 8 * DAY_MS)}`;
  await sayAgain(ann, ref, 'old');
  expect(await settlementOf(ann, ref)).toMatchObject({
    rejected: 'its id is more than 7 days older than its file',
  });
});

test('a proposal that nobody committed for 7 days expires, and the log says so', async () => {
  const { ann, clock } = start();
  await say(ann, 'first');
  const ref = await propose(ann, 'late');
  clock.advance(7 * DAY_MS + MINUTE_MS);
  await say(ann, 'next');
  expect(await publicText(ann.ledger)).toBe('2: first next\n');
  expect(await settlementOf(ann, ref)).toMatchObject({ rejected: 'expired after 7 days' });
});
