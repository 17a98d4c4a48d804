import { expect, test } from 'vitest';
import { createTestRepository } from '../../../tests/support/test-repository.ts';
import { createBlobStore } from '../../catalog/blobs.ts';
import { createCatalogReader } from '../../catalog/catalog-reader.ts';
import { prefixStorage } from '../../storage/prefix.ts';
import type { Storage } from '../../storage/storage.ts';
import { openTail } from '../read-repository.ts';
import { catalogLookup } from './catalog-lookup.ts';

/** The same store, which counts the blobs that are read. */
function counting(storage: Storage) {
  const read: string[] = [];
  return {
    read,
    storage: {
      ...storage,
      read: (...[key, options]: Parameters<Storage['read']>) => {
        read.push(key);
        return storage.read(key, options);
      },
    },
  };
}

test('a catalog is looked at by place, and by name in a run', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable, testing], components: [main, extra]');
  await user.publish([
    { name: 'hello' },
    { name: 'hello', version: '2.0' },
    { name: 'hello', architecture: 'all' },
  ]);
  await user.publish([{ name: 'world' }], { to: 'deb/stable/extra' });
  const repository = await user.open();
  const lookup = catalogLookup(repository.catalog, (await openTail(repository)).content.catalog);

  expect(lookup.runs().map(({ channel, component, slot }) => `${channel}/${component}/${slot}`)).toEqual([
    'stable/extra/amd64',
    'stable/main/all',
    'stable/main/amd64',
  ]);

  const main = { channel: 'stable', component: 'main', slot: 'amd64' };
  const versions = async (run: typeof main, name: string): Promise<readonly string[]> =>
    (await lookup.find(run, name)).map((record) => record.version);
  expect(await versions(main, 'hello')).toEqual(['1.0', '2.0']);
  expect(await versions({ ...main, slot: 'all' }, 'hello')).toEqual(['1.0']);
  expect(await versions(main, 'world')).toEqual([]);
  expect(await versions(main, 'hell')).toEqual([]);
  expect(await versions({ ...main, channel: 'testing' }, 'hello')).toEqual([]);
});

test('a leaf is read once, however many names are asked for', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  const repository = await user.open();
  const { catalog } = (await openTail(repository)).content;
  const { read, storage } = counting(user.store);
  const blobs = createBlobStore(prefixStorage(storage, '.pakhus/deb'), { ulid: repository.newId });
  const lookup = catalogLookup(createCatalogReader(blobs), catalog);
  const run = { channel: 'stable', component: 'main', slot: 'amd64' };
  for (const name of ['a', 'b', 'c', 'a']) await lookup.find(run, name);
  await Promise.all(['a', 'b'].map((name) => lookup.find(run, name)));
  expect(read).toHaveLength(2);
});

test('no revision holds nothing', async () => {
  await using user = await createTestRepository();
  await user.configure('channels: [stable]');
  const lookup = catalogLookup((await user.open()).catalog, undefined);
  expect(lookup.runs()).toEqual([]);
  expect(await lookup.find({ channel: 'stable', component: 'main', slot: 'amd64' }, 'a')).toEqual([]);
});
