/** Which bytes of an index's files come from which leaf: what the next revision copies instead of rendering. One blob. */
import { isSha256Hex } from '../core/digest.ts';
import { arrayOf, field, num, optional, text } from '../core/shape.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { BlobRef, BlobStore } from './blobs.ts';
import { getJson, putJson } from './json-blob.ts';

export interface SegmentTable {
  /** In the order of the index. */
  readonly leaves: readonly LeafSegments[];
  /** Blocks of the xz file in their order; together they hold all leaves. Empty without xz. */
  readonly blocks: readonly BlockFacts[];
}

/** Encodings that have a segment for every leaf, so that a leaf's text can be had back. */
export type SplicedEncoding = 'plain' | 'gzip' | 'zstd';

export interface LeafSegments {
  /** SHA-256 of the leaf's blob. */
  readonly leaf: string;
  /** Bytes of its rendered text. */
  readonly plainBytes: number;
  readonly segments: Readonly<Partial<Record<SplicedEncoding, SegmentFacts>>>;
}

export interface SegmentFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of the text. gzip only. */
  readonly crc32?: number;
}

export interface BlockFacts {
  /** How many of the next leaves are in it. */
  readonly leaves: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Without the padding at its end: what the index of an xz stream lists. */
  readonly unpaddedBytes: number;
  /** Bytes of its text. */
  readonly plainBytes: number;
}

export function writeSegmentTable(
  blobs: BlobStore,
  table: SegmentTable,
  options?: CallOptions,
): Promise<BlobRef> {
  return putJson(blobs, { pakhus: 1, leaves: table.leaves, blocks: table.blocks }, options);
}

/** Errors: LEDGER_CORRUPT, and those of `Storage.read`. */
export function readSegmentTable(
  blobs: BlobStore,
  ref: BlobRef,
  options?: CallOptions,
): Promise<SegmentTable> {
  return getJson(blobs, ref, { ...options, what: 'segment table', read: parseSegmentTable });
}

function parseSegmentTable(value: unknown): SegmentTable {
  if (field(value, 'pakhus', num) !== 1) throw new TypeError('made by a newer pakhus');
  return {
    leaves: field(value, 'leaves', arrayOf(leafSegments)),
    blocks: field(value, 'blocks', arrayOf(blockFacts)),
  };
}

function leafSegments(value: unknown): LeafSegments {
  return {
    leaf: field(value, 'leaf', digest),
    plainBytes: field(value, 'plainBytes', count),
    segments: field(value, 'segments', (inner) => {
      const [plain, gzip, zstd] = (['plain', 'gzip', 'zstd'] as const).map((encoding) =>
        field(inner, encoding, (facts) => optional(facts, segmentFacts)),
      );
      return { ...(plain && { plain }), ...(gzip && { gzip }), ...(zstd && { zstd }) };
    }),
  };
}

function segmentFacts(value: unknown): SegmentFacts {
  const crc32 = field(value, 'crc32', (inner) => optional(inner, count));
  const facts = { sizeBytes: field(value, 'sizeBytes', count), sha256: field(value, 'sha256', digest) };
  return crc32 === undefined ? facts : { ...facts, crc32 };
}

function blockFacts(value: unknown): BlockFacts {
  return {
    leaves: field(value, 'leaves', count),
    sizeBytes: field(value, 'sizeBytes', count),
    sha256: field(value, 'sha256', digest),
    unpaddedBytes: field(value, 'unpaddedBytes', count),
    plainBytes: field(value, 'plainBytes', count),
  };
}

function count(value: unknown): number {
  const number = num(value);
  if (number < 0) throw new TypeError('expected a number that is not negative');
  return number;
}

function digest(value: unknown): string {
  const hex = text(value);
  if (!isSha256Hex(hex)) throw new TypeError('expected a SHA-256');
  return hex;
}
