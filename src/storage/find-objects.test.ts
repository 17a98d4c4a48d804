import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countRequests } from '../../tests/support/count-requests.ts';
import { findObjects } from './find-objects.ts';
import { createMemoryStorage } from './memory.ts';

async function storeOf(keys: Iterable<string>) {
  const counter = countRequests(createMemoryStorage({ capabilities: { exclusive: false, metadata: true } }), {
    latencyMs: 0,
  });
  for (const key of keys) await counter.storage.write(key, new Uint8Array());
  counter.take();
  return counter;
}

function numbered(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${folder}/${String(i).padStart(5, '0')}`);
}

test('of a small folder one list tells all, whatever lies below it', async () => {
  const wanted = ['a/Entry', 'a/x/Index', 'a/y/Index', 'a/z/gone'];
  const { storage, take } = await storeOf([...wanted.slice(0, 3), ...numbered('a/x/by-hash', 50), 'b']);
  expect([...(await findObjects(storage, wanted)).keys()].sort()).toEqual(wanted.slice(0, 3));
  expect(take()).toHaveLength(1);
});

test('thousands of objects that nobody wants are jumped over', async () => {
  const wanted = ['a/Entry', 'a/x/Index', 'a/y/Index'];
  const { storage, take } = await storeOf([...wanted, ...numbered('a/x/by-hash', 3000), 'key']);
  expect([...(await findObjects(storage, [...wanted, 'key'])).keys()].sort()).toEqual([...wanted, 'key']);
  expect(take()).toHaveLength(3);
});

test('thousands of objects that somebody put before a wanted one do not stop it', async () => {
  const { storage } = await storeOf([...numbered('a/Inde', 500), ...numbered('a/IndeA', 500), 'a/Index']);
  expect([...(await findObjects(storage, ['a/Index'])).keys()]).toEqual(['a/Index']);
});

test('it finds what a look at each key finds', async () => {
  const key = fc.stringMatching(/^[ab](\/[abé😀]{1,2}){0,2}$/u);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 20 }),
      fc.array(key, { maxLength: 8 }),
      async (keys, wanted) => {
        const { storage } = await storeOf(keys);
        const found = [...(await findObjects(storage, wanted)).keys()].sort();
        expect(found).toEqual([...new Set(wanted)].filter((one) => keys.includes(one)).sort());
      },
    ),
    { numRuns: 60 },
  );
});
