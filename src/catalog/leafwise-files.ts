/** The files of an index that have a segment per leaf, and the digest of its text. */

import { createSha256 } from '../core/digest.ts';
import type { Encoding } from '../formats/format.ts';
import type { CallOptions } from '../storage/storage.ts';
import { digestOf } from './blobs.ts';
import { callOf } from './call-of.ts';
import type { LeafPartsSource } from './leaf-parts.ts';
import type { RunLeaf } from './leaf-store.ts';
import { mapInOrder } from './map-in-order.ts';
import { SEGMENT_CODECS } from './segment-codec.ts';
import type { LeafSegments, SplicedEncoding } from './segment-table.ts';

/** A file that is complete, in memory. */
export interface MadeFile {
  readonly encoding: Encoding;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Absent: only its digest was asked for. */
  readonly chunks?: readonly Uint8Array[];
}

export interface LeafwiseFiles {
  /** `plain` first, published or not, then the others. */
  readonly files: readonly MadeFile[];
  readonly leaves: readonly LeafSegments[];
}

/** Leaves whose text is in memory at a time. */
const AHEAD = 8;

/** Encodings of `encodings` that have a segment per leaf; the first is the one from which a text is had back soonest. */
export function splicedEncodings(encodings: readonly Encoding[]): readonly SplicedEncoding[] {
  const compressed = (['zstd', 'gzip'] as const).filter((encoding) => encodings.includes(encoding));
  if (compressed.length > 0) return compressed;
  return encodings.includes('plain') ? ['plain'] : [];
}

/** Joins the segments of `leaves`. With `keepsPlain` the whole text is in memory, too. */
export async function makeLeafwiseFiles(
  leaves: readonly RunLeaf[],
  deps: CallOptions & {
    readonly parts: LeafPartsSource;
    readonly spliced: readonly SplicedEncoding[];
    readonly keepsPlain: boolean;
  },
): Promise<LeafwiseFiles> {
  const { parts, spliced, keepsPlain, signal } = deps;
  const call = callOf({ signal });
  const rows: LeafSegments[] = [];
  const segments = new Map(spliced.map((encoding): [SplicedEncoding, Uint8Array[]] => [encoding, []]));
  const plainChunks: Uint8Array[] = [];
  const digest = createSha256();
  let sizeBytes = 0;

  const work = async (leaf: RunLeaf) => ({
    ...(await parts.parts(leaf, call)),
    text: await parts.text(leaf, call),
  });
  for await (const { facts, bytes, text } of mapInOrder(leaves, { limit: AHEAD, signal, work })) {
    digest.update(text);
    sizeBytes += text.length;
    rows.push(facts);
    if (keepsPlain) plainChunks.push(text);
    for (const [encoding, chunks] of segments) chunks.push(segmentOf(bytes, encoding));
  }

  const plain = { encoding: 'plain', sizeBytes, sha256: digest.hex() } as const;
  const compressed = [...segments].filter(([encoding]) => encoding !== 'plain');
  return {
    files: [
      keepsPlain ? { ...plain, chunks: plainChunks } : plain,
      ...compressed.map(([encoding, chunks]) => joinSegments(encoding, { chunks, rows })),
    ],
    leaves: rows,
  };
}

function joinSegments(
  encoding: SplicedEncoding,
  made: { readonly chunks: readonly Uint8Array[]; readonly rows: readonly LeafSegments[] },
): MadeFile {
  const codec = SEGMENT_CODECS[encoding];
  const tail = codec.tail(
    made.rows.map(({ plainBytes, segments }) => ({ plainBytes, ...segments[encoding] })),
  );
  return madeFile(encoding, [codec.head(), ...made.chunks, tail]);
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
