import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalogKit, numberedRecords, packageRecord } from '../../tests/support/catalog-kit.ts';
import type { PackageRecord } from '../formats/format.ts';
import { editRun, type PackageEdits } from './edit-run.ts';
import { compareKeys } from './package-key.ts';
import { EMPTY_RUN, type Run, readRun, writeRun } from './run.ts';

const kit = createCatalogKit();

function edit(base: Run, edits: Partial<PackageEdits>): ReturnType<typeof editRun> {
  return editRun(base, { put: [], drop: [], ...edits }, { leaves: kit.leaves });
}

async function packagesOf(run: Run): Promise<PackageRecord[]> {
  const lists = await Promise.all(run.leaves.map((leaf) => kit.leaves.read(leaf)));
  return lists.flat();
}

function digests(run: Run): readonly string[] {
  return run.leaves.map((leaf) => leaf.blob.sha256);
}

describe('editRun', () => {
  test('makes leaves of 64 to 512 packages, in order', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(5_000) });
    expect(run.packages).toBe(5_000);
    for (const leaf of run.leaves.slice(0, -1)) {
      expect(leaf.packages).toBeGreaterThanOrEqual(64);
      expect(leaf.packages).toBeLessThanOrEqual(512);
    }
    expect(await packagesOf(run)).toEqual(numberedRecords(5_000).sort(compareKeys));
  });

  test('ends a leaf before 64 packages when their metadata is huge', async () => {
    const put = numberedRecords(40).map((record) => ({ ...record, metadata: 'x'.repeat(300_000) }));
    const { run } = await edit(EMPTY_RUN, { put });
    expect(run.leaves.map((leaf) => leaf.packages)).toEqual(Array(10).fill(4));
  });

  test('the same packages give the same leaves, whatever the history', async () => {
    const universe = numberedRecords(3_000);
    const block = fc.record({
      from: fc.nat(2_999),
      length: fc.constantFrom(1, 2, 70, 900),
      drop: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 8 }), async (history) => {
        let run = EMPTY_RUN;
        const present = new Map<string, PackageRecord>();
        for (const { from, length, drop } of history) {
          const touched = universe.slice(from, from + length);
          for (const record of touched) drop ? present.delete(record.name) : present.set(record.name, record);
          ({ run } = await edit(run, drop ? { drop: touched } : { put: touched.toReversed() }));
        }
        const full = await edit(EMPTY_RUN, { put: [...present.values()] });
        expect(digests(run)).toEqual(digests(full.run));
        expect(await packagesOf(run)).toEqual([...present.values()].sort(compareKeys));
      }),
      { numRuns: 60 },
    );
  });

  test('one package more reads and writes a leaf or two of many', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(5_000) });
    for (const name of ['aaa', 'pkg-3', 'pkg-3000-extra', 'zzz']) {
      const { leaves, reads } = kit.cold();
      const { written } = await editRun(run, { put: [packageRecord(name)], drop: [] }, { leaves });
      expect(reads.length).toBeLessThanOrEqual(3);
      expect(written).toBeLessThanOrEqual(3);
    }
  });

  test('what changes nothing keeps every leaf', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(1_000) });
    const same = await edit(run, { put: numberedRecords(10), drop: [packageRecord('absent')] });
    expect(same.run.leaves).toEqual(run.leaves);
    expect(same.written).toBe(0);
  });

  test('replaces: the drop of the old and the put of the new in one go', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(3) });
    const other = packageRecord('pkg-1', { sizeBytes: 7 });
    const { run: after, missing } = await edit(run, { put: [other], drop: [other, packageRecord('pkg-2')] });
    expect(await packagesOf(after)).toEqual([packageRecord('pkg-0'), other]);
    expect(missing).toEqual([]);
  });

  test('names the drops that met nothing', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(3) });
    const absent = packageRecord('pkg-1', { version: '2.0' });
    expect((await edit(run, { drop: [absent] })).missing).toEqual([absent]);
  });

  test('refuses two packages with one key', async () => {
    const put = [packageRecord('a'), packageRecord('a', { sizeBytes: 2 })];
    await expect(edit(EMPTY_RUN, { put })).rejects.toThrow('a 1.0 amd64 is put twice');
  });

  test('ends empty when all is dropped', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(700) });
    expect((await edit(run, { drop: numberedRecords(700) })).run).toEqual(EMPTY_RUN);
  });
});

describe('a run', () => {
  test('comes back from its blob', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(1_000) });
    expect(await readRun(kit.blobs, await writeRun(kit.blobs, run))).toEqual(run);
  });

  test('with leaves out of order is refused', async () => {
    const { run } = await edit(EMPTY_RUN, { put: numberedRecords(1_000) });
    const ref = await writeRun(kit.blobs, { ...run, leaves: run.leaves.toReversed() });
    await expect(readRun(kit.blobs, ref)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      message: expect.stringMatching(/blob\/.* is no run: .* is out of order/),
    });
  });
});
