import { describe, expect, test } from 'vitest';
import { createCatalogKit, numberedRecords, packageRecord } from '../../tests/support/catalog-kit.ts';
import type { PackageRecord } from '../formats/format.ts';
import type { BlobStore } from './blobs.ts';
import type { LeafDraft } from './cut.ts';
import { encodeRecord } from './leaf.ts';
import { createLeafStore } from './leaf-store.ts';

function draftOf(records: readonly PackageRecord[]): LeafDraft {
  const lines = records.map(encodeRecord);
  return { records, lines, plainBytes: Buffer.byteLength(`${lines.join('\n')}\n`) };
}

/** A store of leaves that says how many blobs it read. */
function setUp(cacheBytes: number) {
  const { blobs } = createCatalogKit();
  let reads = 0;
  const get: BlobStore['get'] = (ref, call) => {
    reads++;
    return blobs.get(ref, call);
  };
  return { leaves: createLeafStore({ ...blobs, get }, { cacheBytes }), reads: () => reads };
}

describe('createLeafStore', () => {
  test('says of a leaf what a run lists', async () => {
    const { leaves } = setUp(0);
    const records = numberedRecords(3);
    const leaf = await leaves.write(draftOf(records));
    expect(leaf).toMatchObject({
      packages: 3,
      first: { name: 'pkg-0', version: '1.0', architecture: 'amd64' },
      last: { name: 'pkg-2', version: '1.0', architecture: 'amd64' },
    });
    expect(await leaves.read(leaf)).toEqual(records);
  });

  test('reads what it wrote last, or read last, from memory', async () => {
    const one = draftOf([packageRecord('one')]);
    const two = draftOf([packageRecord('two')]);
    const { leaves, reads } = setUp(one.plainBytes);
    const first = await leaves.write(one);
    const second = await leaves.write(two);
    await leaves.read(second);
    expect(reads()).toBe(0);
    await leaves.read(first);
    await leaves.read(first);
    expect(reads()).toBe(1);
    await leaves.read(second);
    expect(reads()).toBe(2);
  });

  test('a single pass pushes nothing out of memory', async () => {
    const one = draftOf([packageRecord('one')]);
    const { leaves, reads } = setUp(one.plainBytes);
    const passed = await leaves.write(draftOf([packageRecord('two')]));
    const kept = await leaves.write(one);
    await leaves.read(passed, { keep: false });
    await leaves.read(kept);
    expect(reads()).toBe(1);
  });

  test.each([
    ['another number of packages', { packages: 4 }],
    ['another first package', { first: packageRecord('a') }],
    ['another last package', { last: packageRecord('z') }],
    ['another length', { plainBytes: 100 }],
  ])('refuses a leaf of which the run says %s', async (_, wrong) => {
    const { leaves } = setUp(0);
    const leaf = await leaves.write(draftOf(numberedRecords(3)));
    await expect(leaves.read({ ...leaf, ...wrong })).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining(`${leaf.blob.key} is no leaf: `),
    });
  });
});
