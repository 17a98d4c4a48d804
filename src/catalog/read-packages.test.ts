import { expect, test } from 'vitest';
import { createTestRepository, flipByte, keysOf } from '../../tests/support/test-repository.ts';
import { formatByName } from '../formats/table.ts';
import { iteratePackages } from '../repository/list-packages.ts';
import { openTail } from '../repository/read-repository.ts';
import { createIndexFiles } from './index-files.ts';
import { readPackages } from './read-packages.ts';

const STABLE = { channel: 'stable', component: 'main' };
const PACKAGES = ['amd64', 'arm64', 'all'].flatMap((architecture) =>
  Array.from({ length: 3 }, (_, i) => ({ name: `${architecture}-${i}`, architecture })),
);

/** What the indexes tell, and what the leaves do. */
async function readBoth(user: Awaited<ReturnType<typeof createTestRepository>>) {
  const repository = await user.open();
  const tail = await openTail(repository);
  const { catalog } = tail.content;
  const format = formatByName(catalog.settings.format);
  const { tree, ledger } = repository;
  const files = createIndexFiles({ tree, state: ledger.state, blobs: ledger.blobs, format });
  const leaves = [];
  for await (const { record } of iteratePackages(repository, tail, STABLE)) leaves.push(record);
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
    a.name < b.name ? -1 : 1;
  const found = await readPackages(catalog, STABLE, { files, format });
  return { found: found?.map(({ record }) => record).toSorted(byName), leaves: leaves.sort(byName) };
}

test.each(['gzip, xz', 'xz', 'zstd', 'plain'])(
  'indexes in %s tell of every package once, as leaves do',
  async (list) => {
    await using user = await createTestRepository();
    await user.configure(`compression: "${list}"`);
    await user.publish(PACKAGES);
    const { found, leaves } = await readBoth(user);
    expect(found).toHaveLength(PACKAGES.length);
    expect(found).toEqual(leaves);
  },
);

test('a damaged index tells nothing', async () => {
  await using user = await createTestRepository();
  await user.publish(PACKAGES);
  for (const key of await keysOf(user.store, 'deb/dists/stable/main/binary-arm64/by-hash/'))
    await flipByte(user.store, key);
  expect((await readBoth(user)).found).toBeUndefined();
});
