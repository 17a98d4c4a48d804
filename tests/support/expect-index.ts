/** What tests expect of the files of an index. */
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Catalog, IndexEntry, IndexFile } from '../../src/catalog/catalog.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import type { Encoding, PackageRecord } from '../../src/formats/format.ts';
import { readBytes } from '../../src/storage/read-all.ts';
import { type CatalogKit, renderStanzas } from './catalog-kit.ts';

/** The index of a catalog whose path holds `part`. */
export function indexOf(catalog: Catalog, part = 'binary-amd64'): IndexEntry {
  const index = catalog.channels.flatMap((channel) => channel.indexes).find((one) => one.path.includes(part));
  if (!index) throw new Error(`no index ${part}`);
  return index;
}

/** One of the files of an index. */
export function fileOf(index: IndexEntry, encoding: Encoding): IndexFile {
  const file = index.files.find((one) => one.encoding === encoding);
  if (!file) throw new Error(`no ${encoding}`);
  return file;
}

/** The bytes of a file that is kept. */
export async function readIndexFile(kit: CatalogKit, { from }: IndexFile): Promise<Uint8Array> {
  if (!from) throw new Error('it is kept nowhere');
  const limitBytes = 2 ** 30;
  return 'tree' in from
    ? readBytes(kit.tree, from.tree, { limitBytes })
    : readBytes(kit.state, from.blob, { limitBytes });
}

/**
 * Every file of an index is the text of these packages, as gzip, xz and zstd themselves read it, and is what its entry
 * says.
 */
export async function expectIndex(
  kit: CatalogKit,
  index: IndexEntry,
  records: readonly PackageRecord[],
): Promise<void> {
  const text = renderStanzas(records);
  expect(fileOf(index, 'plain')).toMatchObject({ sizeBytes: text.length, sha256: sha256Hex(text) });
  for (const file of index.files.filter((one) => one.from)) {
    const bytes = await readIndexFile(kit, file);
    const { sizeBytes, sha256 } = file;
    expect({ sizeBytes: bytes.length, sha256: sha256Hex(bytes) }).toEqual({ sizeBytes, sha256 });
    expect(Buffer.compare(plainOf(file.encoding, bytes), text)).toBe(0);
    if (file.encoding === 'gzip') expect(Buffer.compare(gunzipSync(bytes), text)).toBe(0);
  }
}

function plainOf(encoding: Encoding, bytes: Uint8Array): Uint8Array {
  if (encoding === 'plain') return bytes;
  return execFileSync(encoding, ['-dc'], { input: bytes, maxBuffer: 2 ** 30, stdio: 'pipe' });
}
