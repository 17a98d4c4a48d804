/**
 * What can be copied for a new index: segments and blocks of older indexes, found by the leaves that they hold. A file is
 * read at most once, in one range, and every piece is checked by its digest.
 */

import { XZ_HEAD_BYTES } from '../codec/xz-splice.ts';
import { sha256Hex } from '../core/digest.ts';
import { hasCode } from '../core/pakhus-error.ts';
import type { CallOptions } from '../storage/storage.ts';
import { callOf } from './call-of.ts';
import type { IndexEntry, IndexFile } from './catalog.ts';
import { createFileWindow, type FileWindow } from './file-window.ts';
import type { IndexFiles } from './index-files.ts';
import type { RunLeaf } from './leaf-store.ts';
import type { Loader } from './loader.ts';
import type { Parents } from './parents.ts';
import { SEGMENT_CODECS } from './segment-codec.ts';
import type { BlockFacts, LeafSegments, SegmentTable, SplicedEncoding } from './segment-table.ts';

/** What the new index consists of. */
export interface SpliceWish {
  /** SHA-256 of its leaves. */
  readonly leaves: ReadonlySet<string>;
  /** {@link blockId} of its xz blocks; empty without xz. */
  readonly blocks: ReadonlySet<string>;
  readonly spliced: readonly SplicedEncoding[];
}

/** A leaf's segment in each spliced encoding. */
export interface LeafParts {
  readonly facts: LeafSegments;
  readonly bytes: ReadonlyMap<SplicedEncoding, Uint8Array>;
}

export interface XzBlockPart {
  readonly facts: BlockFacts;
  readonly bytes: Uint8Array;
}

export interface SpliceSource {
  /** Undefined when no parent has the leaf in every encoding, undamaged. */
  leaf(leaf: string): Promise<LeafParts | undefined>;
  hasBlock(id: string): boolean;
  /** Undefined when no parent has the block, undamaged. */
  block(id: string): Promise<XzBlockPart | undefined>;
}

/** A far parent is asked only when more leaves and blocks than this are missing: an edit makes a few new ones in any case. */
const FEW = 16;

/** Looks through the tables of `parents`, the near ones first; a damaged one is passed over. Errors: those of `Storage.read`. */
export async function openSpliceSource(
  parents: Parents,
  wish: SpliceWish,
  deps: CallOptions & { readonly tables: Loader<SegmentTable>; readonly files: IndexFiles },
): Promise<SpliceSource> {
  const { tables, files, signal } = deps;
  const call = callOf({ signal });
  const leaves = new Map<string, { facts: LeafSegments; pieces: Map<SplicedEncoding, Piece> }>();
  const blocks = new Map<string, { facts: BlockFacts; piece: Piece }>();

  const lacks = (limit: number): boolean =>
    wish.leaves.size + wish.blocks.size - leaves.size - blocks.size > limit;
  for (const parent of [...parents.near, ...parents.far]) {
    const limit = leaves.size === 0 || parents.near.includes(parent) ? 0 : FEW;
    if (!lacks(limit)) continue;
    const table = await readTable(tables, { ...call, parent });
    if (table === undefined) continue;
    const open = (file: IndexFile | undefined): FileWindow | undefined =>
      file?.from && createFileWindow({ sha256: file.sha256, from: file.from }, { files, call });
    const windows = new Map(
      wish.spliced.map((encoding) => [
        encoding,
        open(parent.files.find((file) => file.encoding === encoding)),
      ]),
    );
    for (const { facts, pieces } of leafPieces(table, windows)) {
      if (!wish.leaves.has(facts.leaf) || leaves.has(facts.leaf) || pieces.size < windows.size) continue;
      leaves.set(facts.leaf, { facts, pieces });
      for (const piece of pieces.values()) piece.window.include(piece);
    }
    const xz = open(parent.files.find((file) => file.encoding === 'xz'));
    for (const { id, facts, piece } of xz ? blockPieces(table, xz) : []) {
      if (!wish.blocks.has(id) || blocks.has(id)) continue;
      blocks.set(id, { facts, piece });
      piece.window.include(piece);
    }
  }

  return {
    async leaf(leaf) {
      const found = leaves.get(leaf);
      if (!found) return undefined;
      const bytes = new Map<SplicedEncoding, Uint8Array>();
      for (const [encoding, piece] of found.pieces) {
        const part = await readPiece(piece);
        if (!part) return undefined;
        bytes.set(encoding, part);
      }
      return { facts: found.facts, bytes };
    },
    hasBlock: (id) => blocks.has(id),
    async block(id) {
      const found = blocks.get(id);
      const bytes = found && (await readPiece(found.piece));
      return bytes && { facts: found.facts, bytes };
    },
  };
}

/** Undefined when it is damaged: everything that it tells can be made again. */
async function readTable(
  tables: Loader<SegmentTable>,
  { parent: { table }, ...call }: CallOptions & { readonly parent: IndexEntry },
): Promise<SegmentTable | undefined> {
  try {
    return await tables.load(table, call);
  } catch (error) {
    if (hasCode(error, 'LEDGER_CORRUPT')) return undefined;
    throw error;
  }
}

/** Names an xz block by the leaves in it. */
export function blockId(leaves: readonly RunLeaf[]): string {
  return joinIds(leaves.map((leaf) => leaf.blob.sha256));
}

function joinIds(digests: readonly string[]): string {
  return digests.join();
}

/** A range of a file that should have this digest. */
interface Piece {
  readonly window: FileWindow;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function readPiece(piece: Piece): Promise<Uint8Array | undefined> {
  const bytes = await piece.window.read(piece);
  return bytes && sha256Hex(bytes) === piece.sha256 ? bytes : undefined;
}

/** Where each leaf's segments lie in the files of an index. */
function* leafPieces(
  table: SegmentTable,
  windows: ReadonlyMap<SplicedEncoding, FileWindow | undefined>,
): Generator<{ facts: LeafSegments; pieces: Map<SplicedEncoding, Piece> }> {
  const offsets = new Map(
    [...windows.keys()].map((encoding) => [encoding, SEGMENT_CODECS[encoding].head().length]),
  );
  for (const facts of table.leaves) {
    const pieces = new Map<SplicedEncoding, Piece>();
    for (const [encoding, window] of windows) {
      const segment = facts.segments[encoding];
      const offset = offsets.get(encoding) ?? 0;
      if (!segment) continue;
      if (window)
        pieces.set(encoding, { window, offset, sizeBytes: segment.sizeBytes, sha256: segment.sha256 });
      offsets.set(encoding, offset + segment.sizeBytes);
    }
    yield { facts, pieces };
  }
}

function* blockPieces(
  table: SegmentTable,
  window: FileWindow,
): Generator<{ id: string; facts: BlockFacts; piece: Piece }> {
  let offset = XZ_HEAD_BYTES;
  let next = 0;
  for (const facts of table.blocks) {
    const id = joinIds(table.leaves.slice(next, next + facts.leaves).map(({ leaf }) => leaf));
    yield { id, facts, piece: { window, offset, sizeBytes: facts.sizeBytes, sha256: facts.sha256 } };
    next += facts.leaves;
    offset += facts.sizeBytes;
  }
}
