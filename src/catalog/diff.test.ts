import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  collect,
  createCatalogKit,
  numberedRecords,
  packageRecord,
  smallSettings,
} from '../../tests/support/catalog-kit.ts';
import type { PackageRecord } from '../formats/format.ts';
import { diffCatalogs, diffRuns, type PackageChange } from './diff.ts';
import { editCatalog } from './edit-catalog.ts';
import { editRun } from './edit-run.ts';
import { compareKeys } from './package-key.ts';
import { EMPTY_RUN, type Run } from './run.ts';

const kit = createCatalogKit();

async function runOf(put: readonly PackageRecord[]): Promise<Run> {
  return (await editRun(EMPTY_RUN, { put, drop: [] }, { leaves: kit.leaves })).run;
}

/** The difference of two sets, package by package. */
function expected(a: readonly PackageRecord[], b: readonly PackageRecord[]): PackageChange[] {
  const before = new Map(a.map((record) => [record.name, record]));
  const after = new Map(b.map((record) => [record.name, record]));
  const changes = [...new Map([...before, ...after])].sort(([, x], [, y]) => compareKeys(x, y));
  return changes.flatMap(([name]): PackageChange[] => {
    const [old, now] = [before.get(name), after.get(name)];
    if (!old) return now ? [{ kind: 'added', after: now }] : [];
    if (!now) return [{ kind: 'removed', before: old }];
    return old.sizeBytes === now.sizeBytes ? [] : [{ kind: 'changed', before: old, after: now }];
  });
}

describe('diffRuns', () => {
  test('is the difference of the two sets', async () => {
    const universe = numberedRecords(1_500);
    const fate = fc.constantFrom('both', 'both', 'both', 'both', 'before', 'after', 'changed');
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 1, maxLength: 1_500, size: 'max' }), async (fates) => {
        const a = universe.filter((_, i) => i < fates.length && fates[i] !== 'after');
        const b = universe
          .filter((_, i) => i < fates.length && fates[i] !== 'before')
          .map((record) =>
            fates[universe.indexOf(record)] === 'changed' ? { ...record, sizeBytes: 1 } : record,
          );
        const changes = await collect(diffRuns(await runOf(a), await runOf(b), kit));
        expect(changes).toEqual(expected(a, b));
      }),
      { numRuns: 20 },
    );
  });

  test('reads only leaves that are not in both', async () => {
    const base = await runOf(numberedRecords(5_000));
    const { run } = await editRun(base, { put: [packageRecord('pkg-77-dbg')], drop: [] }, kit);
    const { leaves, reads } = kit.cold();
    const changes = await collect(diffRuns(base, run, { blobs: kit.blobs, leaves }));
    expect(changes).toEqual([{ kind: 'added', after: packageRecord('pkg-77-dbg') }]);
    expect(reads.length).toBeLessThanOrEqual(6);
  });
});

describe('diffCatalogs', () => {
  test('names the run of each change, and skips runs that `where` leaves out', async () => {
    const settings = smallSettings({
      channels: ['stable', 'testing'].map((name) => ({ name, options: {} })),
    });
    const place = (channel: string, slot: string) => ({ channel, component: 'main', slot });
    const put = (channel: string, slot: string, name: string) => ({
      run: place(channel, slot),
      put: [packageRecord(name)],
      drop: [],
    });
    const edits = [put('stable', 'all', 'a'), put('testing', 'amd64', 'b'), put('testing', 'all', 'c')];
    const { catalog } = await editCatalog(undefined, { settings, edits }, kit.deps);
    const dropped = { run: place('testing', 'all'), put: [], drop: [packageRecord('c')] };
    const next = await editCatalog(
      catalog,
      { settings, edits: [dropped, put('stable', 'amd64', 'd')] },
      kit.deps,
    );

    const changes = await collect(diffCatalogs(catalog, next.catalog, kit));
    expect(changes).toEqual([
      { run: place('stable', 'amd64'), kind: 'added', after: packageRecord('d') },
      { run: place('testing', 'all'), kind: 'removed', before: packageRecord('c') },
    ]);
    const testing = diffCatalogs(catalog, next.catalog, { ...kit, where: { channel: 'testing' } });
    expect((await collect(testing)).map((change) => change.kind)).toEqual(['removed']);
    const first = await collect(diffCatalogs(undefined, catalog, kit));
    expect(first.map((change) => change.kind)).toEqual(['added', 'added', 'added']);
  });
});
