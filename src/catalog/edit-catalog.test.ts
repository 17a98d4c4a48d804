import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CatalogKit,
  createCatalogKit,
  packageRecord,
  renderStanzas,
  smallSettings,
} from '../../tests/support/catalog-kit.ts';
import { sha256Hex } from '../core/digest.ts';
import type { Encoding, PackageRecord } from '../formats/format.ts';
import { readBytes } from '../storage/read-all.ts';
import type { Catalog, IndexEntry, IndexFile } from './catalog.ts';
import { type EditedCatalog, editCatalog, type RunEdits, rerenderIndex } from './edit-catalog.ts';
import { compareKeys } from './package-key.ts';

const settings = smallSettings();

function edits(slot: string, change: Partial<RunEdits>): RunEdits {
  return { run: { channel: 'stable', component: 'main', slot }, put: [], drop: [], ...change };
}

function numbered(count: number, own: Partial<PackageRecord> = {}): PackageRecord[] {
  return Array.from({ length: count }, (_, i) => packageRecord(`pkg-${i}`, own));
}

/** Metadata that fills several xz blocks, and compresses at once. */
const LONG = `Description: ${'a long text that says the same again '.repeat(40)}`;

function indexOf(catalog: Catalog, path = 'binary-amd64'): IndexEntry {
  const index = catalog.channels.flatMap((channel) => channel.indexes).find((one) => one.path.includes(path));
  if (!index) throw new Error(`no index ${path}`);
  return index;
}

function fileOf(index: IndexEntry, encoding: Encoding): IndexFile {
  const file = index.files.find((one) => one.encoding === encoding);
  if (!file) throw new Error(`no ${encoding}`);
  return file;
}

async function bytesOf(kit: CatalogKit, { from }: IndexFile): Promise<Uint8Array> {
  if (!from) throw new Error('it is kept nowhere');
  const limitBytes = 2 ** 30;
  return 'tree' in from
    ? readBytes(kit.tree, from.tree, { limitBytes })
    : readBytes(kit.state, from.blob, { limitBytes });
}

function plainOf(encoding: Encoding, bytes: Uint8Array): Uint8Array {
  const run = (tool: string): Uint8Array =>
    execFileSync(tool, ['-dc'], { input: bytes, maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'pipe'] });
  switch (encoding) {
    case 'gzip':
      expect(Buffer.compare(gunzipSync(bytes), run('gzip'))).toBe(0);
      return gunzipSync(bytes);
    case 'xz':
      return run('xz');
    case 'zstd':
      return run('zstd');
    case 'plain':
      return bytes;
  }
}

/** Every file of an index is the text of these packages, and is what its entry says. */
async function expectIndex(
  kit: CatalogKit,
  index: IndexEntry,
  records: readonly PackageRecord[],
): Promise<void> {
  const text = renderStanzas(records);
  expect(fileOf(index, 'plain')).toMatchObject({ sizeBytes: text.length, sha256: sha256Hex(text) });
  for (const file of index.files.filter((one) => one.from)) {
    const bytes = await bytesOf(kit, file);
    expect({ sizeBytes: bytes.length, sha256: sha256Hex(bytes) }).toEqual({
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
    });
    expect(Buffer.compare(plainOf(file.encoding, bytes), text)).toBe(0);
  }
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 1);
}

function digestsOf(index: IndexEntry): string[] {
  return index.files.map((file) => file.sha256);
}

function publish(
  kit: CatalogKit,
  base: Catalog | undefined,
  list: readonly RunEdits[],
): Promise<EditedCatalog> {
  return editCatalog(base, { settings, edits: list }, kit.deps);
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
    const records = numbered(900, { metadata: LONG });
    const first = await publish(kit, undefined, [edits('amd64', { put: records })]);
    await expectIndex(kit, indexOf(first.catalog), records.toSorted(compareKeys));
    const added = packageRecord('pkg-77-extra');
    const second = await publish(kit, first.catalog, [edits('amd64', { put: [added] })]);
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
      amd64: numbered(1_200, { metadata: LONG }),
      all: numbered(600).map((record) => ({ ...record, name: `all-${record.name}`, architecture: 'all' })),
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
            edits(slot, drop ? { drop: touched } : { put: touched }),
          ]));
        }
        if (!catalog) throw new Error('no step was made');
        const lists = (['amd64', 'all'] as const).map((slot) =>
          [...present[slot].values()].sort(compareKeys),
        );
        await expectIndex(kit, indexOf(catalog), lists.flat());
        const full = await publish(createCatalogKit(), undefined, [
          edits('amd64', { put: lists[0] ?? [] }),
          edits('all', { put: lists[1] ?? [] }),
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
      { settings: both, edits: [edits('amd64', { put: numbered(5) })] },
      kit.deps,
    );
    await Promise.all(
      indexOf(first.catalog).files.map(({ from }) => from && 'tree' in from && kit.tree.delete(from.tree)),
    );
    const put = [packageRecord('new')];
    const next = edits('amd64', { put, run: { channel: 'testing', component: 'main', slot: 'amd64' } });
    const second = await editCatalog(first.catalog, { settings: both, edits: [next] }, kit.deps);
    expect(second.changedChannels).toEqual(['testing']);
    expect(second.made.map((index) => index.path)).toEqual(['dists/testing/main/binary-amd64/Packages']);
    expect(second.catalog.channels[0]).toBe(first.catalog.channels[0] && second.catalog.channels[0]);
    expect(second.catalog.channels[0]).toEqual(first.catalog.channels[0]);
  });

  test('the same packages again change nothing at all', async () => {
    const kit = createCatalogKit();
    const first = await publish(kit, undefined, [edits('amd64', { put: numbered(300) })]);
    const again = await publish(kit, first.catalog, [edits('amd64', { put: numbered(20) })]);
    expect(again).toEqual({ catalog: first.catalog, changedChannels: [], made: [], missing: [] });
  });

  test('names the drops that met no package, and the channels that are gone', async () => {
    const kit = createCatalogKit();
    const first = await publish(kit, undefined, [edits('amd64', { put: numbered(3) })]);
    const drop = [packageRecord('absent')];
    const { missing } = await publish(kit, first.catalog, [edits('amd64', { drop })]);
    expect(missing).toEqual([{ run: { channel: 'stable', component: 'main', slot: 'amd64' }, key: drop[0] }]);
    const other = smallSettings({ channels: [{ name: 'next', options: {} }] });
    const moved = await editCatalog(first.catalog, { settings: other, edits: [] }, kit.deps);
    expect(moved.changedChannels).toEqual(['next', 'stable']);
    expect(moved.catalog.runs).toEqual([]);
  });

  test.each([
    ['a run twice', [edits('all', {}), edits('all', {})], 'stable/main/all is edited twice'],
    [
      'a run of no channel',
      [edits('all', { run: { channel: 'x', component: 'main', slot: 'all' } })],
      'x/main/all',
    ],
  ])('refuses to edit %s', async (_, list, message) => {
    await expect(publish(createCatalogKit(), undefined, list)).rejects.toThrow(message);
  });

  test('a new architecture takes the segments of `all` from its neighbour', async () => {
    const kit = createCatalogKit();
    const all = numbered(6_000, { architecture: 'all' });
    const first = await publish(kit, undefined, [edits('all', { put: all })]);
    let rendered = 0;
    const render = (records: readonly PackageRecord[]): Uint8Array => {
      rendered += records.length;
      return renderStanzas(records);
    };
    const format = { ...kit.deps.format, segments: { stanzas: render } };
    const arm = packageRecord('tool', { architecture: 'arm64' });
    const list = { settings, edits: [edits('arm64', { put: [arm] })] };
    const { catalog } = await editCatalog(first.catalog, list, { ...kit.deps, format });
    await expectIndex(kit, indexOf(catalog, 'binary-arm64'), [arm, ...all.toSorted(compareKeys)]);
    expect(rendered).toBe(1);
  });
});

describe('damage', () => {
  async function published(): Promise<{ kit: CatalogKit; catalog: Catalog; records: PackageRecord[] }> {
    const kit = createCatalogKit();
    const records = numbered(1_100, { metadata: LONG });
    const { catalog } = await publish(kit, undefined, [edits('amd64', { put: records })]);
    return { kit, catalog, records };
  }

  test.each<[string, Encoding, (bytes: Uint8Array) => Uint8Array | undefined]>([
    ['a flipped byte in the gz file', 'gzip', (bytes) => flip(bytes, bytes.length >> 1)],
    ['a flipped byte in the xz file', 'xz', (bytes) => flip(bytes, bytes.length >> 2)],
    ['a gz file that ends early', 'gzip', (bytes) => bytes.slice(0, 5_000)],
    ['an xz file that ends early', 'xz', (bytes) => bytes.slice(0, 50)],
    ['no gz file', 'gzip', () => undefined],
    ['no xz file', 'xz', () => undefined],
  ])('of the parent: %s is rendered again', async (_, encoding, damage) => {
    const { kit, catalog, records } = await published();
    const { from } = fileOf(indexOf(catalog), encoding);
    if (!from || !('tree' in from)) throw new Error('no public file');
    const damaged = damage(await bytesOf(kit, fileOf(indexOf(catalog), encoding)));
    if (damaged) await kit.tree.write(from.tree, damaged);
    else await kit.tree.delete(from.tree);
    const added = packageRecord('pkg-77-extra');
    const next = await publish(kit, catalog, [edits('amd64', { put: [added] })]);
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
        { settings, edits: [edits('amd64', { put: [packageRecord('x')] })] },
        { ...kit.deps, leaves },
      ),
    ).rejects.toMatchObject({ code: 'LEDGER_CORRUPT', message: expect.stringContaining('expected SHA-256') });
  });

  test('of an index is mended by making its files once more', async () => {
    const { kit, catalog } = await published();
    const index = indexOf(catalog);
    for (const { from } of index.files) {
      if (from && 'tree' in from) await kit.tree.write(from.tree, Buffer.from('damaged'));
    }
    const again = await rerenderIndex(catalog, index, { ...kit.deps, channel: 'stable' });
    expect(again.files).toEqual(index.files);
    await expectIndex(kit, index, numbered(1_100, { metadata: LONG }).sort(compareKeys));
  });

  test('a failing store ends the edit with its error', async () => {
    const { kit, catalog } = await published();
    const files = { ...kit.deps.files, write: () => Promise.reject(new Error('disk full')) };
    const put = [packageRecord('x')];
    await expect(
      editCatalog(catalog, { settings, edits: [edits('amd64', { put })] }, { ...kit.deps, files }),
    ).rejects.toThrow('disk full');
  });

  test('an aborted edit stops', async () => {
    const { kit, catalog } = await published();
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    const put = [packageRecord('x')];
    await expect(
      editCatalog(catalog, { settings, edits: [edits('amd64', { put })] }, { ...kit.deps, signal }),
    ).rejects.toThrow('Ctrl-C');
  });
});
