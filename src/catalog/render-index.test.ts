import { describe, expect, test } from 'vitest';
import {
  type CatalogKit,
  createCatalogKit,
  LONG_METADATA,
  numberedRecords,
  packageRecord,
  slotEdits,
  smallSettings,
} from '../../tests/support/catalog-kit.ts';
import { expectIndex, fileOf, indexOf, readIndexFile } from '../../tests/support/expect-index.ts';
import type { Encoding, PackageRecord } from '../formats/format.ts';
import { readBytes } from '../storage/read-all.ts';
import type { Catalog } from './catalog.ts';
import { type EditedCatalog, editCatalog, type RunEdits, rerenderIndex } from './edit-catalog.ts';
import { compareKeys } from './package-key.ts';

const settings = smallSettings();

function publish(
  kit: CatalogKit,
  base: Catalog | undefined,
  list: readonly RunEdits[],
): Promise<EditedCatalog> {
  return editCatalog(base, { settings, edits: list }, kit.deps);
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 1);
}

describe('an index whose parent is damaged', () => {
  async function published(): Promise<{ kit: CatalogKit; catalog: Catalog; records: PackageRecord[] }> {
    const kit = createCatalogKit();
    const records = numberedRecords(1_100, { metadata: LONG_METADATA });
    const { catalog } = await publish(kit, undefined, [slotEdits('amd64', { put: records })]);
    return { kit, catalog, records };
  }

  test.each<[string, Encoding, (bytes: Uint8Array) => Uint8Array | undefined]>([
    ['a flipped byte in the gz file', 'gzip', (bytes) => flip(bytes, bytes.length >> 1)],
    ['a flipped byte in the xz file', 'xz', (bytes) => flip(bytes, bytes.length >> 2)],
    ['a gz file that ends early', 'gzip', (bytes) => bytes.slice(0, 5_000)],
    ['an xz file that ends early', 'xz', (bytes) => bytes.slice(0, 50)],
    ['no gz file', 'gzip', () => undefined],
    ['no xz file', 'xz', () => undefined],
  ])('is rendered again where it cannot be copied: %s', async (_, encoding, damage) => {
    const { kit, catalog, records } = await published();
    const { from } = fileOf(indexOf(catalog), encoding);
    if (!from || !('tree' in from)) throw new Error('no public file');
    const damaged = damage(await readIndexFile(kit, fileOf(indexOf(catalog), encoding)));
    if (damaged) await kit.tree.write(from.tree, damaged);
    else await kit.tree.delete(from.tree);
    const added = packageRecord('pkg-77-extra');
    const next = await publish(kit, catalog, [slotEdits('amd64', { put: [added] })]);
    await expectIndex(kit, indexOf(next.catalog), [...records, added].sort(compareKeys));
  });

  test('a flipped byte in a leaf is never rendered', async () => {
    const { kit, catalog } = await published();
    for await (const { key } of kit.state.list('blob/')) {
      const bytes = await readBytes(kit.state, key, { limitBytes: 2 ** 20 });
      await kit.state.write(key, flip(bytes, bytes.length >> 1));
    }
    const { leaves } = kit.cold();
    await expect(
      editCatalog(
        catalog,
        { settings, edits: [slotEdits('amd64', { put: [packageRecord('x')] })] },
        { ...kit.deps, leaves },
      ),
    ).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', message: expect.stringContaining('expected SHA-256') });
  });

  test('is mended by making its files once more', async () => {
    const { kit, catalog } = await published();
    const index = indexOf(catalog);
    for (const { from } of index.files) {
      if (from && 'tree' in from) await kit.tree.write(from.tree, Buffer.from('damaged'));
    }
    const again = await rerenderIndex(catalog, index, { ...kit.deps, channel: 'stable' });
    expect(again.files).toEqual(index.files);
    await expectIndex(kit, index, numberedRecords(1_100, { metadata: LONG_METADATA }).sort(compareKeys));
  });

  test('a failing store ends the edit with its error', async () => {
    const { kit, catalog } = await published();
    const files = { ...kit.deps.files, write: () => Promise.reject(new Error('disk full')) };
    const put = [packageRecord('x')];
    await expect(
      editCatalog(catalog, { settings, edits: [slotEdits('amd64', { put })] }, { ...kit.deps, files }),
    ).rejects.toThrow('disk full');
  });

  test('an aborted edit stops', async () => {
    const { kit, catalog } = await published();
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    const put = [packageRecord('x')];
    await expect(
      editCatalog(catalog, { settings, edits: [slotEdits('amd64', { put })] }, { ...kit.deps, signal }),
    ).rejects.toThrow('Ctrl-C');
  });
});
