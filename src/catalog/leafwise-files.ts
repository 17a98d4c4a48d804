/** The files of an index that have a segment per leaf, and the digest of its text. */

import type { Encoding } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import { digestOf } from './blobs.ts';
import { callOf } from './call-of.ts';
import type { LeafPartsSource } from './leaf-parts.ts';
import type { RunLeaf } from './leaf-store.ts';
import { mapInOrder } from './map-in-order.ts';
import { SEGMENT_CODECS, type SegmentSizes } from './segment-codec.ts';
import type { LeafSegments, SplicedEncoding } from './segment-table.ts';
import type { TextDigests } from './text-digests.ts';

/** A file that is complete, in memory. */
export interface MadeFile {
  readonly encoding: Encoding;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Absent: only its digest was asked for. */
  readonly chunks?: readonly Uint8Array[];
}

export interface LeafwiseFiles {
  /** `plain` first, published or not, where its digest was asked for; then the others. */
  readonly files: readonly MadeFile[];
  readonly leaves: readonly LeafSegments[];
}

/** JSON of the leaves that are worked on together: large enough that a call of zlib is nothing beside its work. */
const BATCH_BYTES = 2 * 1024 * 1024;

/** Encodings of `encodings` that have a segment per leaf; the first is the one from which a text is had back soonest. */
export function splicedEncodings(encodings: readonly Encoding[]): readonly SplicedEncoding[] {
  const compressed = (['zstd', 'gzip'] as const).filter((encoding) => encodings.includes(encoding));
  if (compressed.length > 0) return compressed;
  return encodings.includes('plain') ? ['plain'] : [];
}

/** A list of leaves, named by the SHA-256 of its run. */
export interface LeafRun {
  readonly sha256: string;
  readonly leaves: readonly RunLeaf[];
}

/** Joins the segments of the leaves of `runs`. With `keepsPlain` the whole text is in memory, too. */
export async function makeLeafwiseFiles(
  runs: readonly LeafRun[],
  deps: CallOptions & {
    readonly segment: string;
    /** What follows so many bytes of text. */
    readonly tail: (plainBytes: number) => Uint8Array;
    readonly parts: LeafPartsSource;
    readonly spliced: readonly SplicedEncoding[];
    readonly keepsPlain: boolean;
    /** Whether anybody asks for the digest of the text: all of it is inflated for that. */
    readonly hashesPlain: boolean;
    readonly digests: TextDigests;
    /** Batches that are worked on at a time: so many threads of the pool are busy with them. */
    readonly ahead: number;
  },
): Promise<LeafwiseFiles> {
  const { parts, spliced, keepsPlain, digests, segment, ahead, signal } = deps;
  const hashesPlain = keepsPlain || deps.hashesPlain;
  const call = callOf({ signal });
  const names = runs.map(({ sha256 }) => sha256);
  const known = digests.longest(segment, names);
  const { state } = known;
  let { sizeBytes } = known;
  const rows: LeafSegments[] = [];
  const segments = new Map(spliced.map((encoding): [SplicedEncoding, Uint8Array[]] => [encoding, []]));
  const plainChunks: Uint8Array[] = [];

  const work = async (batch: Batch) => ({
    ...batch,
    made: await Promise.all(batch.leaves.map((leaf) => parts.parts(leaf, call))),
    texts:
      keepsPlain || (hashesPlain && batch.run >= known.runs) ? await parts.texts(batch.leaves, call) : [],
  });
  for await (const { run, isLast, made, texts } of mapInOrder(batchesOf(runs), {
    limit: ahead,
    signal,
    work,
  })) {
    for (const { facts, bytes } of made) {
      rows.push(facts);
      for (const [encoding, chunks] of segments) chunks.push(segmentOf(bytes, encoding));
    }
    if (keepsPlain) plainChunks.push(...texts);
    if (run < known.runs) continue;
    for (const { facts } of made) sizeBytes += facts.plainBytes;
    for (const text of texts) state.update(text);
    if (!keepsPlain) parts.release(texts);
    if (hashesPlain && isLast) digests.keep(segment, names, { runs: run + 1, sizeBytes, state });
  }

  const end = deps.tail(sizeBytes);
  const files: MadeFile[] = [];
  if (hashesPlain) {
    state.update(end);
    const plain = { encoding: 'plain', sizeBytes: sizeBytes + end.length, sha256: state.hex() } as const;
    files.push(keepsPlain ? { ...plain, chunks: [...plainChunks, end] } : plain);
  }
  for (const [encoding, chunks] of segments)
    if (encoding !== 'plain') files.push(await joinSegments(encoding, { chunks, rows, end }));
  return { files, leaves: rows };
}

/** Neighbouring leaves of one run. */
interface Batch {
  /** Its place among the runs. */
  readonly run: number;
  readonly leaves: readonly RunLeaf[];
  /** Whether the run ends with it. */
  readonly isLast: boolean;
}

function* batchesOf(runs: readonly LeafRun[]): Generator<Batch> {
  for (const [run, { leaves }] of runs.entries()) {
    let start = 0;
    let bytes = 0;
    for (const [index, leaf] of leaves.entries()) {
      bytes += leaf.plainBytes;
      const isLast = index === leaves.length - 1;
      if (!isLast && bytes < BATCH_BYTES) continue;
      yield { run, leaves: leaves.slice(start, index + 1), isLast };
      start = index + 1;
      bytes = 0;
    }
  }
}

/** `end`: the last of the text, which belongs to no leaf. */
async function joinSegments(
  encoding: SplicedEncoding,
  made: {
    readonly chunks: readonly Uint8Array[];
    readonly rows: readonly LeafSegments[];
    readonly end: Uint8Array;
  },
): Promise<MadeFile> {
  const { chunks, rows, end } = made;
  const codec = SEGMENT_CODECS[encoding];
  const sizes: SegmentSizes[] = rows.map(({ plainBytes, segments }) => ({
    plainBytes,
    ...segments[encoding],
  }));
  if (end.length === 0) return madeFile(encoding, [codec.head(), ...chunks, codec.tail(sizes)]);
  const { bytes, ...facts } = await codec.encode(end);
  const tail = codec.tail([...sizes, { plainBytes: end.length, ...facts }]);
  return madeFile(encoding, [codec.head(), ...chunks, bytes, tail]);
}

/** A file from its chunks. */
export function madeFile(encoding: Encoding, chunks: readonly Uint8Array[]): MadeFile {
  const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { encoding, sizeBytes, sha256: digestOf(chunks), chunks };
}

function segmentOf(bytes: ReadonlyMap<SplicedEncoding, Uint8Array>, encoding: SplicedEncoding): Uint8Array {
  const segment = bytes.get(encoding);
  if (!segment) throw new Error(`a leaf has no ${encoding} segment`);
  return segment;
}
