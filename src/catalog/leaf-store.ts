/** Leaves as blobs, the youngest of them kept in memory: what an edit wrote, rendering reads at once. */
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { PackageRecord } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { BlobRef, BlobStore } from './blobs.ts';
import type { LeafDraft } from './cut.ts';
import { decodeLeaf, encodeLeaf } from './leaf.ts';
import { ANY_NAME } from './name-filter.ts';
import { compareKeys, type PackageKey } from './package-key.ts';

/** What a run knows of one of its leaves. */
export interface RunLeaf {
  readonly blob: BlobRef;
  readonly packages: number;
  /** UTF-8 bytes of its JSON lines. */
  readonly plainBytes: number;
  readonly first: PackageKey;
  readonly last: PackageKey;
  /** A filter of the names that its packages are about: see `name-filter.ts`. */
  readonly names: string;
}

export interface LeafStore {
  /** `names`: the filter of its names; default: nobody knows them. */
  write(draft: LeafDraft, options?: CallOptions & { readonly names?: string }): Promise<RunLeaf>;
  /**
   * The packages of a leaf in their order. `keep: false`: a single pass over many leaves, which should push none out of
   * memory. Errors: LEDGER_CORRUPT, and those of `Storage.read`.
   */
  read(leaf: RunLeaf, options?: CallOptions & { readonly keep?: boolean }): Promise<readonly PackageRecord[]>;
}

interface CacheEntry {
  readonly records: readonly PackageRecord[];
  readonly plainBytes: number;
}

/** JSON bytes of the leaves that are kept, by default. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** Leaves in `blobs`. `cacheBytes`: how much JSON of the leaves that were used last stays in memory. */
export function createLeafStore(blobs: BlobStore, options: { readonly cacheBytes?: number } = {}): LeafStore {
  const cacheBytes = options.cacheBytes ?? CACHE_BYTES;
  const cache = new Map<
    string,
    { readonly records: readonly PackageRecord[]; readonly plainBytes: number }
  >();
  let cachedBytes = 0;

  const remember = (key: string, entry: CacheEntry): void => {
    cache.set(key, entry);
    cachedBytes += entry.plainBytes;
    for (const [oldest, { plainBytes }] of cache) {
      if (cachedBytes <= cacheBytes) break;
      cache.delete(oldest);
      cachedBytes -= plainBytes;
    }
  };

  const recall = (key: string): readonly PackageRecord[] | undefined => {
    const entry = cache.get(key);
    if (!entry) return undefined;
    cache.delete(key);
    cache.set(key, entry);
    return entry.records;
  };

  return {
    async write({ records, lines, plainBytes }, { names = ANY_NAME, ...call } = {}) {
      const [first, last] = [records[0], records.at(-1)];
      if (!first || !last) throw new Error('a leaf needs a package');
      const blob = await blobs.put(await encodeLeaf(lines), call);
      remember(blob.key, { records, plainBytes });
      return { blob, packages: records.length, plainBytes, first: keyOf(first), last: keyOf(last), names };
    },
    async read(leaf, { keep = true, ...call } = {}) {
      const known = recall(leaf.blob.key);
      if (known) return known;
      const records = await readLeaf(blobs, leaf, call);
      if (keep && !cache.has(leaf.blob.key))
        remember(leaf.blob.key, { records, plainBytes: leaf.plainBytes });
      return records;
    },
  };
}

async function readLeaf(blobs: BlobStore, leaf: RunLeaf, call?: CallOptions): Promise<PackageRecord[]> {
  const bytes = await blobs.get(leaf.blob, call);
  const records = await decodeLeaf(bytes, leaf.plainBytes).catch((cause: unknown) => {
    throw misread(blobs, leaf, cause);
  });
  const [first, last] = [records[0], records.at(-1)];
  const isAsListed =
    records.length === leaf.packages &&
    first !== undefined &&
    last !== undefined &&
    compareKeys(first, leaf.first) === 0 &&
    compareKeys(last, leaf.last) === 0;
  if (!isAsListed)
    throw misread(blobs, leaf, new TypeError('its packages are not the ones that its run lists'));
  return records;
}

function misread(blobs: BlobStore, leaf: RunLeaf, cause: unknown): unknown {
  if (hasCode(cause, 'LEDGER_CORRUPT') || !(cause instanceof Error)) return cause;
  return new PakhusError('LEDGER_CORRUPT', `${blobs.name}/${leaf.blob.key} is no leaf: ${cause.message}`, {
    hint: 'It may have been written by a newer pakhus: update, then try again.',
    details: { key: leaf.blob.key },
    cause,
  });
}

function keyOf({ name, version, architecture }: PackageKey): PackageKey {
  return { name, version, architecture };
}
