/** A small format and stores in memory, for tests of what a revision contains. */
import { type BlobStore, createBlobStore } from '../../src/catalog/blobs.ts';
import { createCatalogReader } from '../../src/catalog/catalog-reader.ts';
import type { CatalogDeps, RunEdits } from '../../src/catalog/edit-catalog.ts';
import { createIndexFiles } from '../../src/catalog/index-files.ts';
import { createLeafStore, type LeafStore } from '../../src/catalog/leaf-store.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { createUlidFactory } from '../../src/core/ulid.ts';
import type { Encoding, Format, PackageRecord, RepositorySettings } from '../../src/formats/format.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import type { Storage } from '../../src/storage/storage.ts';

/** A package called `name`; `metadata` defaults to one line. */
export function packageRecord(name: string, own: Partial<PackageRecord> = {}): PackageRecord {
  const { version = '1.0', architecture = 'amd64' } = own;
  return {
    name,
    version,
    architecture,
    path: `pool/${name}_${version}_${architecture}.deb`,
    sizeBytes: 1000,
    sha256: sha256Hex(`${name} ${version} ${architecture}`),
    metadata: `Package: ${name}`,
    ...own,
  };
}

/** Packages `pkg-0` to `pkg-<count - 1>`. */
export function numberedRecords(count: number, own: Partial<PackageRecord> = {}): PackageRecord[] {
  return Array.from({ length: count }, (_, i) => packageRecord(`pkg-${i}`, own));
}

/** Metadata of which a thousand packages fill several xz blocks, and which compresses at once. */
export const LONG_METADATA: string = `Description: ${'a long text that says the same again '.repeat(40)}`;

/** Edits of a slot of `stable/main`. */
export function slotEdits(slot: string, edits: Partial<RunEdits>): RunEdits {
  return { run: { channel: 'stable', component: 'main', slot }, put: [], drop: [], ...edits };
}

/** All items of an iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** One stanza per package, as every index of the small format has it. */
export function renderStanzas(records: readonly PackageRecord[]): Uint8Array {
  return Buffer.from(records.map((record) => `${record.metadata}\nFilename: ${record.path}\n\n`).join(''));
}

/** Indexes as deb plans them: those of `all` are in the index of every architecture. */
export function smallFormat(
  encodings: readonly Encoding[],
): Pick<Format, 'segments' | 'planIndexes' | 'hashedIndexPath' | 'contentType'> {
  return {
    segments: { stanzas: { render: renderStanzas } },
    planIndexes: ({ channel, settings, slots }) =>
      settings.components.flatMap((component) => {
        const found = [...(slots.get(component) ?? [])].filter((slot) => slot !== 'all');
        return [...new Set([...settings.architectures, ...found])].sort().map((architecture) => ({
          path: `dists/${channel.name}/${component}/binary-${architecture}/Packages`,
          component,
          slots: ['all', architecture],
          segment: 'stanzas',
          encodings,
        }));
      }),
    hashedIndexPath: (path, sha256) => `${path.slice(0, path.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`,
    contentType: () => 'application/octet-stream',
  };
}

/** Settings with the channel `stable`, the component `main` and the architecture `amd64`. */
export function smallSettings(own: Partial<RepositorySettings> = {}): RepositorySettings {
  return {
    format: 'small',
    channels: [{ name: 'stable', options: {} }],
    components: ['main'],
    architectures: ['amd64'],
    options: {},
    ...own,
  };
}

export interface CatalogKit {
  readonly tree: Storage;
  readonly state: Storage;
  readonly blobs: BlobStore;
  readonly leaves: LeafStore;
  readonly deps: CatalogDeps;
  /** A leaf store that remembers nothing, and the keys that were read through it. */
  readonly cold: () => { readonly leaves: LeafStore; readonly reads: readonly string[] };
}

/** Stores in memory. With `hashed: false` the format has no public names for index files. */
export function createCatalogKit(
  options: { readonly encodings?: readonly Encoding[]; readonly hashed?: boolean } = {},
): CatalogKit {
  const { encodings = ['gzip', 'xz'], hashed = true } = options;
  const { hashedIndexPath, ...rest } = smallFormat(encodings);
  const format = hashed && hashedIndexPath ? { ...rest, hashedIndexPath } : rest;
  const tree = createMemoryStorage();
  const state = createMemoryStorage();
  let now = 0;
  const ulid = createUlidFactory(
    () => now++,
    (length) => new Uint8Array(length),
  );
  const blobs = createBlobStore(state, { ulid });
  const leaves = createLeafStore(blobs);
  const files = createIndexFiles({ tree, state, blobs, format });
  return {
    tree,
    state,
    blobs,
    leaves,
    deps: { ...createCatalogReader(blobs), leaves, format, files, parallel: 2 },
    cold: () => {
      const reads: string[] = [];
      const get: BlobStore['get'] = (ref, call) => {
        reads.push(ref.key);
        return blobs.get(ref, call);
      };
      return { leaves: createLeafStore({ ...blobs, get }, { cacheBytes: 0 }), reads };
    },
  };
}
