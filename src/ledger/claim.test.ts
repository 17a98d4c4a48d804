import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { memoryStore, openLedger } from '../../tests/support/ledger-kit.ts';
import { awaitClaim, claimTurn, newestSlot, withClaim } from './claim.ts';
import type { Ledger } from './ledger.ts';

async function claimsOf(ledger: Ledger): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of ledger.state.list('claim/')) keys.push(key);
  return keys;
}

test('work that takes long is claimed until it is done', async () => {
  const { clock, store } = memoryStore();
  const { ledger } = openLedger(store, clock);
  const claims = () => claimsOf(ledger);
  const during = await withClaim(
    ledger,
    { rev: 7 },
    async () => {
      while ((await claims()).length === 0) await setTimeout(1);
      return claims();
    },
    { quietMs: 1 },
  );
  expect(during).toEqual(['claim/0000000007-000']);
  expect(await claims()).toEqual([]);
});

test('there may be no claim', async () => {
  const { clock, store } = memoryStore();
  expect(await newestSlot(openLedger(store, clock).ledger, 7)).toBeUndefined();
});

test('a claim whose writer died costs others five seconds', async () => {
  const { clock, store } = memoryStore();
  const { ledger } = openLedger(store, clock);
  await ledger.state.write('claim/0000000007-000', Buffer.from('{}'));
  const before = clock.now();
  await awaitClaim(ledger, { rev: 7, slot: 'claim/0000000007-000' });
  expect(clock.now() - before).toBe(5000);
});

test('the wait ends as soon as the revision is there', async () => {
  const { clock, store } = memoryStore();
  const { ledger } = openLedger(store, clock);
  await ledger.state.write('claim/0000000007-000', Buffer.from('{}'));
  await ledger.state.write('log/0000000007.json', Buffer.from('{}'));
  const before = clock.now();
  await awaitClaim(ledger, { rev: 7, slot: 'claim/0000000007-000' });
  expect(clock.now() - before).toBe(500);
});

test('two claims of one revision do not get in each other’s way', async () => {
  const { clock, store } = memoryStore();
  const [ann, bob] = ['ann', 'bob'].map((author) => openLedger(store, clock, { author }).ledger);
  const slow = () => setTimeout(30);
  if (ann === undefined || bob === undefined) throw new Error('no ledger');
  await Promise.all([
    withClaim(ann, { rev: 7 }, slow, { quietMs: 1 }),
    withClaim(bob, { rev: 7 }, slow, { quietMs: 1 }),
  ]);
  expect(await claimsOf(ann)).toEqual([]);
});

test('of several who want to make a revision one does, and the others wait until it is there', async () => {
  const { clock, store } = memoryStore();
  const ledgers = ['ann', 'bob', 'eve'].map((author) => openLedger(store, clock, { author }).ledger);
  let made = 0;
  const make = async (ledger: Ledger): Promise<void> => {
    const held = await claimTurn(ledger, { rev: 7, after: undefined });
    if (held === undefined) return;
    await withClaim(ledger, { rev: 7, held }, async () => {
      made += 1;
      await ledger.state.write('log/0000000007.json', Buffer.from('{}'));
    });
  };
  await Promise.all(ledgers.map(make));
  expect(made).toBe(1);
  for (const ledger of ledgers) expect(await claimsOf(ledger)).toEqual([]);
});

test('after a claim that is dead the next slot is taken', async () => {
  const { clock, store } = memoryStore();
  const { ledger } = openLedger(store, clock);
  await ledger.state.write('claim/0000000007-002', Buffer.from('{}'));
  expect(await claimTurn(ledger, { rev: 7, after: 'claim/0000000007-002' })).toEqual({
    key: 'claim/0000000007-003',
    slot: 3,
  });
});
