/**
 * Decompresses bzip2. The format has no specification of its own; this follows libbzip2's decompress.c.
 *
 * ```
 * stream = "BZh" level 1–9 │ block… │ 0x177245385090 │ CRC of the block CRCs 32 │ to the next whole byte
 * block  = 0x314159265359 │ CRC 32 │ 0 │ origin 24 │ byte values │ tables and their selectors │ symbols
 * plain ◀─ runs of 4 to 259 ◀─ Burrows-Wheeler ◀─ move to front, runs ◀─ Huffman ◀─ bits
 * ```
 */
import { archiveCorrupt } from './archive-error.ts';
import { createBitReader } from './bunzip-bits.ts';
import { type BunzipBlock, readBunzipBlock } from './bunzip-block.ts';

/** A decoder that is given compressed bytes as they come. */
export interface Bunzip {
  append(chunk: Uint8Array): void;
  /** Says that nothing follows. */
  finish(): void;
  /**
   * The plain bytes that can be made now, in pieces of up to 64 KiB; blocks are decoded as pieces are taken.
   * Fails with ARCHIVE_CORRUPT, and, after `finish`, with ARCHIVE_TRUNCATED.
   */
  pieces(): Generator<Uint8Array>;
}

/** No encoder needs more for a block: 900,000 symbols of at most 20 bits, and the tables. */
const MAX_BLOCK_BYTES = 2_500_000;
const LEVEL_BYTES = 100_000;
const PIECE_BYTES = 65_536;
const CRC_POLYNOMIAL = 0x04c11db7;
const BLOCK_MAGIC = [0x314159, 0x265359];
const END_MAGIC = [0x177245, 0x385090];

type Stage = 'head' | 'blocks' | 'between' | 'padding';

/** Starts before the first stream. */
export function createBunzip(context: { readonly name: string }): Bunzip {
  const { name } = context;
  const bits = createBitReader(context);
  const crcTable = makeCrcTable();
  let finished = false;
  let stage: Stage = 'head';
  let links = new Uint32Array(0);
  let streamCrc = 0;

  const ready = (): boolean => bits.availableBytes() >= (finished ? 1 : MAX_BLOCK_BYTES);
  const readCrc = (): number => ((bits.read(16) << 16) | bits.read(16)) >>> 0;

  function readHead(): void {
    const magic = String.fromCharCode(bits.read(8), bits.read(8), bits.read(8));
    const level = bits.read(8) - 0x30;
    if (magic !== 'BZh' || level < 1 || level > 9)
      throw archiveCorrupt(name, 'no bzip2 stream begins where one should');
    if (links.length !== level * LEVEL_BYTES) links = new Uint32Array(level * LEVEL_BYTES);
    streamCrc = 0;
    stage = 'blocks';
  }

  function* readBlock(): Generator<Uint8Array> {
    const magic = [bits.read(24), bits.read(24)];
    const crc = readCrc();
    if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) {
      if (crc !== streamCrc) throw archiveCorrupt(name, 'a bzip2 stream has another checksum than its data');
      bits.align();
      stage = 'between';
      return;
    }
    if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1]) {
      throw archiveCorrupt(name, 'no bzip2 block begins where one should');
    }
    const found = yield* plainPieces(readBunzipBlock(bits, { links, name }), crcTable);
    if (found !== crc) throw archiveCorrupt(name, 'a bzip2 block has another checksum than its data');
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ crc;
    streamCrc >>>= 0;
  }

  return {
    append: bits.append,
    finish: () => {
      finished = true;
      bits.finish();
    },
    pieces: function* pieces() {
      while (ready() || (finished && (stage === 'head' || stage === 'blocks'))) {
        if (stage === 'head') readHead();
        else if (stage === 'blocks') yield* readBlock();
        else if (stage === 'between' && bits.peekByte() !== 0) stage = 'head';
        else {
          stage = 'padding';
          if (bits.takeRest().some((byte) => byte !== 0))
            throw archiveCorrupt(name, 'bytes follow the compressed data');
        }
      }
    },
  };
}

/** Decompresses no faster than the pieces are taken. Fails as `decompress` does. */
export async function* bunzipStream(
  source: AsyncIterable<Uint8Array>,
  options: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const decoder = createBunzip(options);
  for await (const chunk of source) {
    decoder.append(chunk);
    yield* decoder.pieces();
  }
  decoder.finish();
  yield* decoder.pieces();
}

/** Follows the links, undoes the runs, and returns the CRC of what it gave. */
function* plainPieces(block: BunzipBlock, crcTable: Uint32Array): Generator<Uint8Array, number> {
  const { links, count } = block;
  let piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let crc = 0xffffffff;
  let last = -1;
  let same = 0;
  let at = (links[block.origin] ?? 0) >>> 8;
  for (let i = 0; i < count; i++) {
    const link = links[at] ?? 0;
    const byte = link & 0xff;
    at = link >>> 8;
    // After four equal bytes comes how often to repeat them.
    const copies = same === 4 ? byte : 1;
    const value = same === 4 ? last : byte;
    if (same === 4) same = 0;
    else if (byte === last) same += 1;
    else same = 1;
    last = value;
    for (let copy = 0; copy < copies; copy++) {
      if (filled === PIECE_BYTES) {
        yield piece;
        piece = new Uint8Array(PIECE_BYTES);
        filled = 0;
      }
      piece[filled++] = value;
      crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ value] ?? 0);
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
  return ~crc >>> 0;
}

function makeCrcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? CRC_POLYNOMIAL : 0);
    return crc >>> 0;
  });
}
