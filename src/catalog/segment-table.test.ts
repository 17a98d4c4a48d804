import { describe, expect, test } from 'vitest';
import { createCatalogKit } from '../../tests/support/catalog-kit.ts';
import { sha256Hex } from '../core/digest.ts';
import { putJson } from './json-blob.ts';
import { readSegmentTable, type SegmentTable, writeSegmentTable } from './segment-table.ts';

const { blobs } = createCatalogKit();
const sha256 = sha256Hex('');
const gzip = { sizeBytes: 20, sha256, crc32: 7 };
const zstd = { sizeBytes: 30, sha256 };
const table: SegmentTable = {
  leaves: [{ leaf: sha256, plainBytes: 100, segments: { gzip, zstd } }],
  blocks: [{ leaves: 1, sizeBytes: 40, sha256, unpaddedBytes: 38, plainBytes: 100 }],
};

describe('a segment table', () => {
  test('comes back as it was', async () => {
    expect(await readSegmentTable(blobs, await writeSegmentTable(blobs, table))).toEqual(table);
  });

  test.each([
    ['no version', { leaves: [], blocks: [] }, 'pakhus: expected a whole number'],
    ['a version to come', { pakhus: 2, leaves: [], blocks: [] }, 'made by a newer pakhus'],
    [
      'a digest that is none',
      { pakhus: 1, ...table, leaves: [{ ...table.leaves[0], leaf: 'x' }] },
      'leaf: expected a SHA-256',
    ],
    [
      'a negative size',
      { pakhus: 1, ...table, blocks: [{ ...table.blocks[0], sizeBytes: -1 }] },
      'sizeBytes: expected',
    ],
  ])('with %s is refused', async (_, value, reason) => {
    const ref = await putJson(blobs, value);
    await expect(readSegmentTable(blobs, ref)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringContaining(`${ref.key} is no segment table: `),
    });
    await expect(readSegmentTable(blobs, ref)).rejects.toThrow(reason);
  });
});
