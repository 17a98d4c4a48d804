import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CatalogKit,
  createCatalogKit,
  LONG_METADATA,
  numberedRecords,
  packageRecord,
  renderStanzas,
  slotEdits,
  smallSettings,
} from '../../tests/support/catalog-kit.ts';
import { expectIndex, indexOf } from '../../tests/support/expect-index.ts';
import type { Encoding, PackageRecord } from '../formats/format.ts';
import type { Catalog, IndexEntry } from './catalog.ts';
import { type EditedCatalog, editCatalog, type RunEdits } from './edit-catalog.ts';
import { compareKeys } from './package-key.ts';

const settings = smallSettings();

function publish(
  kit: CatalogKit,
  base: Catalog | undefined,
  list: readonly RunEdits[],
): Promise<EditedCatalog> {
  return editCatalog(base, { settings, edits: list }, kit.deps);
}

function digestsOf(index: IndexEntry): string[] {
  return index.files.map((file) => file.sha256);
}

describe('editCatalog', () => {
  test.each<[string, readonly Encoding[], boolean]>([
    ['gz and xz at public names', ['gzip', 'xz'], true],
    ['plain and gz as blobs', ['plain', 'gzip'], false],
    ['zstd alone', ['zstd'], true],
    ['plain alone', ['plain'], true],
    ['xz alone', ['xz'], true],
    ['all of them', ['plain', 'gzip', 'xz', 'zstd'], true],
    ['none: only the digest of the text', [], true],
  ])('makes and splices %s', async (_, encodings, hashed) => {
    const kit = createCatalogKit({ encodings, hashed });
    const records = numberedRecords(900, { metadata: LONG_METADATA });
    const first = await publish(kit, undefined, [slotEdits('amd64', { put: records })]);
    await expectIndex(kit, indexOf(first.catalog), records.toSorted(compareKeys));
    const added = packageRecord('pkg-77-extra');
    const second = await publish(kit, first.catalog, [slotEdits('amd64', { put: [added] })]);
    await expectIndex(kit, indexOf(second.catalog), [...records, added].sort(compareKeys));
    expect(
      indexOf(second.catalog)
        .files.flatMap((file) => (file.from ? file.encoding : []))
        .sort(),
    ).toEqual(encodings.toSorted());
  });

  test('an index without packages is an empty text', async () => {
    const kit = createCatalogKit({ encodings: ['plain', 'gzip', 'xz', 'zstd'] });
    const { catalog } = await publish(kit, undefined, []);
    await expectIndex(kit, indexOf(catalog), []);
  });

  test('spliced files are those of a full build, whatever the history', async () => {
    const kit = createCatalogKit();
    const universe = {
      amd64: numberedRecords(1_200, { metadata: LONG_METADATA }),
      all: numberedRecords(600).map((record) => ({
        ...record,
        name: `all-${record.name}`,
        architecture: 'all',
      })),
    };
    const step = fc.record({
      slot: fc.constantFrom<'amd64' | 'all'>('amd64', 'all'),
      from: fc.nat(1_199),
      length: fc.constantFrom(1, 3, 80, 600),
      drop: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (history) => {
        let catalog: Catalog | undefined;
        const present = { amd64: new Map<string, PackageRecord>(), all: new Map<string, PackageRecord>() };
        for (const { slot, from, length, drop } of history) {
          const touched = universe[slot].slice(from, from + length);
          for (const record of touched)
            drop ? present[slot].delete(record.name) : present[slot].set(record.name, record);
          ({ catalog } = await publish(kit, catalog, [
            slotEdits(slot, drop ? { drop: touched } : { put: touched }),
          ]));
        }
        if (!catalog) throw new Error('no step was made');
        const lists = (['all', 'amd64'] as const).map((slot) =>
          [...present[slot].values()].sort(compareKeys),
        );
        await expectIndex(kit, indexOf(catalog), lists.flat());
        const full = await publish(createCatalogKit(), undefined, [
          slotEdits('all', { put: lists[0] ?? [] }),
          slotEdits('amd64', { put: lists[1] ?? [] }),
        ]);
        expect(digestsOf(indexOf(catalog))).toEqual(digestsOf(indexOf(full.catalog)));
      }),
      { numRuns: 15 },
    );
  });

  test('takes over indexes whose runs did not change, without reading a byte of them', async () => {
    const kit = createCatalogKit();
    const both = smallSettings({ channels: ['stable', 'testing'].map((name) => ({ name, options: {} })) });
    const first = await editCatalog(
      undefined,
      { settings: both, edits: [slotEdits('amd64', { put: numberedRecords(5) })] },
      kit.deps,
    );
    await Promise.all(
      indexOf(first.catalog).files.map(({ from }) => from && 'tree' in from && kit.tree.delete(from.tree)),
    );
    const put = [packageRecord('new')];
    const next = slotEdits('amd64', { put, run: { channel: 'testing', component: 'main', slot: 'amd64' } });
    const second = await editCatalog(first.catalog, { settings: both, edits: [next] }, kit.deps);
    expect(second.changedChannels).toEqual(['testing']);
    expect(second.made.map((index) => index.path)).toEqual(['dists/testing/main/binary-amd64/Packages']);
    expect(second.catalog.channels[0]).toBe(first.catalog.channels[0] && second.catalog.channels[0]);
    expect(second.catalog.channels[0]).toEqual(first.catalog.channels[0]);
  });

  test('settings that ask for another encoding make it, and copy those that are there', async () => {
    const gzOnly = createCatalogKit({ encodings: ['gzip'] });
    const first = await publish(gzOnly, undefined, [slotEdits('amd64', { put: numberedRecords(700) })]);
    const { format } = createCatalogKit({ encodings: ['gzip', 'zstd', 'xz'] }).deps;
    const deps = { ...gzOnly.deps, format };
    const second = await editCatalog(first.catalog, { settings, edits: [] }, deps);
    await expectIndex(gzOnly, indexOf(second.catalog), numberedRecords(700).sort(compareKeys));
    expect(second.changedChannels).toEqual(['stable']);
    expect(indexOf(second.catalog).files.map((file) => file.encoding)).toEqual([
      'plain',
      'zstd',
      'gzip',
      'xz',
    ]);
  });

  test('the same packages again change nothing at all', async () => {
    const kit = createCatalogKit();
    const first = await publish(kit, undefined, [slotEdits('amd64', { put: numberedRecords(300) })]);
    const again = await publish(kit, first.catalog, [slotEdits('amd64', { put: numberedRecords(20) })]);
    expect(again).toEqual({ catalog: first.catalog, changedChannels: [], made: [], missing: [] });
  });

  test('names the drops that met no package, and the channels that are gone', async () => {
    const kit = createCatalogKit();
    const first = await publish(kit, undefined, [slotEdits('amd64', { put: numberedRecords(3) })]);
    const drop = [packageRecord('absent')];
    const { missing } = await publish(kit, first.catalog, [slotEdits('amd64', { drop })]);
    expect(missing).toEqual([{ run: { channel: 'stable', component: 'main', slot: 'amd64' }, key: drop[0] }]);
    const other = smallSettings({ channels: [{ name: 'next', options: {} }] });
    const moved = await editCatalog(first.catalog, { settings: other, edits: [] }, kit.deps);
    expect(moved.changedChannels).toEqual(['next', 'stable']);
    expect(moved.catalog.runs).toEqual([]);
  });

  test.each([
    ['a run twice', [slotEdits('all', {}), slotEdits('all', {})], 'stable/main/all is edited twice'],
    [
      'a run of no channel',
      [slotEdits('all', { run: { channel: 'x', component: 'main', slot: 'all' } })],
      'x/main/all',
    ],
  ])('refuses to edit %s', async (_, list, message) => {
    await expect(publish(createCatalogKit(), undefined, list)).rejects.toThrow(message);
  });

  describe('what several indexes list', () => {
    const all = numberedRecords(6_000, { architecture: 'all' });
    const architectures = ['amd64', 'arm64', 'i386'];
    const counting = (kit: CatalogKit) => {
      const seen = { rendered: 0 };
      const stanzas = (records: readonly PackageRecord[]): Uint8Array => {
        seen.rendered += records.length;
        return renderStanzas(records);
      };
      return {
        seen,
        deps: { ...kit.deps, format: { ...kit.deps.format, segments: { stanzas: { render: stanzas } } } },
      };
    };

    test('a new architecture takes the segments of `all` from its neighbour', async () => {
      const kit = createCatalogKit();
      const first = await publish(kit, undefined, [slotEdits('all', { put: all })]);
      const { seen, deps } = counting(kit);
      const arm = packageRecord('tool', { architecture: 'arm64' });
      const list = { settings, edits: [slotEdits('arm64', { put: [arm] })] };
      const { catalog } = await editCatalog(first.catalog, list, deps);
      await expectIndex(kit, indexOf(catalog, 'binary-arm64'), [...all.toSorted(compareKeys), arm]);
      expect(seen.rendered).toBe(1);
    });

    test('a package for `all` is rendered once, for however many architectures', async () => {
      const kit = createCatalogKit();
      const many = smallSettings({ architectures });
      const own = architectures.map((architecture) => packageRecord('tool', { architecture }));
      const edits = own.map((record) => slotEdits(record.architecture, { put: [record] }));
      const list = { settings: many, edits: [slotEdits('all', { put: all }), ...edits] };
      const first = await editCatalog(undefined, list, kit.deps);
      const { seen, deps } = counting(kit);
      const added = packageRecord('pkg-77-extra', { architecture: 'all' });
      const change = { settings: many, edits: [slotEdits('all', { put: [added] })] };
      const { catalog } = await editCatalog(first.catalog, change, deps);
      expect(seen.rendered).toBeLessThan(600);
      for (const record of own) {
        const expected = [...[...all, added].sort(compareKeys), record];
        await expectIndex(kit, indexOf(catalog, `binary-${record.architecture}`), expected);
      }
    });
  });
});
