/** Timeline 10: somebody with bucket rights and no key flips any byte, adds a record, cuts the tail. Nothing of theirs is ever signed for clients. */
import { expect, test } from 'vitest';
import { hasCode } from '../../../src/core/pakhus-error.ts';
import { createMemoryStorage } from '../../../src/storage/memory.ts';
import { readBytes } from '../../../src/storage/read-all.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { readAsClient } from '../../support/apt-reader.ts';
import { createYard, STORES, type Yard } from '../../support/collection-kit.ts';
import { copyObjects } from '../../support/simulated-publisher.ts';
import { createTestUser, flipByte, keysOf, type TestUser } from '../../support/test-repository.ts';

/** What the owner published, and what comes next: nothing else may ever be listed. */
const OWN = ['demo 1', 'demo 2', 'next 1.0'];

async function twoRevisions(capabilities: Parameters<typeof createYard>[0]): Promise<Yard> {
  const yard = await createYard(capabilities, 'channels: [stable]');
  await yard.user.publish([{ name: 'demo', version: '1' }]);
  await yard.user.publish([{ name: 'demo', version: '2' }]);
  return yard;
}

/** The store after somebody was at it, and its owner. */
async function spoiled(
  yard: Yard,
  capabilities: Parameters<typeof createYard>[0],
  spoil: (store: Storage) => Promise<void>,
): Promise<{ readonly store: Storage; readonly user: TestUser }> {
  const store = createMemoryStorage({
    clock: yard.clock,
    name: '/simulated',
    ...(capabilities && { capabilities }),
  });
  await copyObjects(yard.store, store);
  await spoil(store);
  return { store, user: createTestUser({ ...yard.user, store }) };
}

/** The owner publishes on; gives the code of the refusal, or what clients see then. */
async function publishOn({
  store,
  user,
}: {
  store: Storage;
  user: TestUser;
}): Promise<string | readonly string[]> {
  try {
    await user.publish([{ name: 'next' }]);
  } catch (error) {
    if (hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_UNTRUSTED', 'LEDGER_TRUNCATED', 'LEDGER_NOT_VISIBLE'))
      return error.code;
    throw error;
  }
  return (await readAsClient(store, 'deb', 'stable'))?.packages ?? [];
}

test.each(STORES)(
  'one bit of any object is flipped: refused, or only the owner’s packages are signed (%s)',
  {
    timeout: 300_000,
  },
  async (_name, capabilities) => {
    await using yard = await twoRevisions(capabilities);
    const outcomes = new Map<string, number>();
    for (const key of await keysOf(yard.store)) {
      const outcome = await publishOn(
        await spoiled(yard, capabilities, (store) => flipByte(store, key)),
      ).catch(
        // A package file or index whose bytes are wrong: a client refuses it by its digest.
        (error: Error) =>
          /is not what is listed/.test(error.message) ? 'refused by clients' : Promise.reject(error),
      );
      if (typeof outcome !== 'string') for (const one of outcome) expect(OWN, key).toContain(one);
      const what = typeof outcome === 'string' ? outcome : 'published';
      outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    }
    expect(outcomes.get('LEDGER_CORRUPT') ?? 0).toBeGreaterThan(0);
    expect(outcomes.get('published') ?? 0).toBeGreaterThan(0);
  },
);

const record = (rev: number): string => `.pakhus/deb/log/${String(rev).padStart(10, '0')}.json`;

test.each(STORES)('a record is added: refused (%s)', async (_name, capabilities) => {
  await using yard = await twoRevisions(capabilities);
  const outcome = await publishOn(
    await spoiled(yard, capabilities, async (store) => {
      const text = Buffer.from(await readBytes(store, record(2), { limitBytes: 100_000 })).toString();
      await store.write(record(3), Buffer.from(text.replace('"rev":2', '"rev":3')));
    }),
  );
  expect(outcome).toBe('LEDGER_UNTRUSTED');
});

test.each(STORES)('the tail is cut, of what was published: refused (%s)', async (_name, capabilities) => {
  await using yard = await twoRevisions(capabilities);
  const cut = await spoiled(yard, capabilities, (store) => store.delete(record(2)));
  expect(await publishOn(cut)).toBe('LEDGER_TRUNCATED');
});

test('the tail of a bucket is cut, and `published` with it: the pointers still tell', async () => {
  const capabilities = { exclusive: false, metadata: true };
  await using yard = await twoRevisions(capabilities);
  for (const key of [record(2), '.pakhus/deb/published']) await yard.store.delete(key);
  expect(await publishOn({ store: yard.store, user: yard.process() })).toBe('LEDGER_TRUNCATED');
  expect((await readAsClient(yard.store, 'deb', 'stable'))?.packages).toEqual(['demo 1', 'demo 2']);
});
