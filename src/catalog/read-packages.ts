/**
 * All packages of a place, from the indexes that list them: a few large files instead of hundreds of leaves. Their digests are in the
 * catalog, which is signed.
 */
import { decompress } from '../codec/decompress.ts';
import { createSha256, sha256Hex } from '../core/digest.ts';
import type { Encoding, Format, PackageRecord, SegmentReader } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type Catalog, type IndexEntry, isIn } from './catalog.ts';
import type { IndexFiles, KeptFile } from './index-files.ts';

/** In the order in which they are taken: the first is had back soonest. */
const CODECS = { plain: 'none', zstd: 'zstd', gzip: 'gzip', xz: 'xz' } as const;
const ENCODINGS: readonly Encoding[] = ['plain', 'zstd', 'gzip', 'xz'];

/** A package and the slot that it is in. */
export interface SlottedRecord {
  readonly slot: string;
  readonly record: PackageRecord;
}

/** By index, and in its order. Undefined when the indexes do not tell all of it, or are damaged: the leaves do. Errors: those of `Storage.read`. */
export async function readPackages(
  catalog: Catalog,
  place: { readonly channel: string; readonly component: string },
  deps: CallOptions & { readonly files: IndexFiles; readonly format: Pick<Format, 'segments' | 'slotsOf'> },
): Promise<readonly SlottedRecord[] | undefined> {
  const indexes = coveringIndexes(catalog, place);
  const all: SlottedRecord[] = [];
  const covered = new Set<string>();
  for (const index of indexes ?? []) {
    const records = await readIndex(index, deps);
    if (records === undefined) return undefined;
    for (const record of records) {
      const possible = deps.format.slotsOf?.(record.architecture) ?? [];
      const slot = index.slots.find((one) => possible.includes(one));
      if (slot === undefined) return undefined;
      if (!covered.has(slot)) all.push({ slot, record });
    }
    for (const slot of index.slots) covered.add(slot);
  }
  return indexes && all;
}

/** As few as list all slots of the place that hold packages; undefined when some are in no index. */
function coveringIndexes(
  catalog: Catalog,
  place: { readonly channel: string; readonly component: string },
): readonly IndexEntry[] | undefined {
  const open = new Set(catalog.runs.filter((run) => isIn(run, place)).map(({ slot }) => slot));
  const all = catalog.channels.find(({ name }) => name === place.channel)?.indexes ?? [];
  const own = all.filter(({ component }) => component === place.component);
  const gain = ({ slots }: IndexEntry): number => slots.filter((slot) => open.has(slot)).length;
  const chosen: IndexEntry[] = [];
  while (open.size > 0) {
    const [best] = own.toSorted((a, b) => gain(b) - gain(a));
    if (best === undefined || gain(best) === 0) return undefined;
    chosen.push(best);
    for (const slot of best.slots) open.delete(slot);
  }
  return chosen;
}

async function readIndex(
  { path, segment, files }: IndexEntry,
  { format, files: store, ...call }: Parameters<typeof readPackages>[2],
): Promise<readonly PackageRecord[] | undefined> {
  const reader = format.segments[segment]?.reader;
  const plain = files.find(({ encoding }) => encoding === 'plain');
  const kept = ENCODINGS.flatMap(
    (encoding) => files.find((file) => file.encoding === encoding && file.from) ?? [],
  );
  const [file] = kept;
  if (reader === undefined || plain === undefined || file?.from === undefined) return undefined;
  const source: KeptFile = { from: file.from, sha256: file.sha256 };
  const bytes = await store.read(source, { ...call, offset: 0, length: file.sizeBytes });
  if (bytes === undefined || sha256Hex(bytes) !== file.sha256) return undefined;
  store.keep(source, bytes);
  const pieces = decompress(CODECS[file.encoding], bytes, { name: path, limitBytes: plain.sizeBytes });
  return readText(pieces, { reader, sha256: plain.sha256 });
}

async function readText(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { reader, sha256 }: { readonly reader: SegmentReader; readonly sha256: string },
): Promise<readonly PackageRecord[] | undefined> {
  const records: PackageRecord[] = [];
  const decoder = new TextDecoder();
  const digest = createSha256();
  let rest = '';
  for await (const piece of pieces) {
    digest.update(piece);
    const text = rest + decoder.decode(piece, { stream: true });
    const cut = reader.lastCut(text);
    for (const record of reader.read(text.slice(0, cut))) records.push(record);
    rest = text.slice(cut);
  }
  return rest === '' && digest.hex() === sha256 ? records : undefined;
}
