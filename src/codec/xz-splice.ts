/**
 * One xz stream of independent blocks (The .xz File Format 1.2.1). Concatenated streams would be simpler, but apt reads
 * only the first.
 *
 * ```
 * head 12 = FD "7zXZ" 00 │ flags: 00, check │ CRC-32 of the flags
 * block   = header │ LZMA2 data │ padding to 4 │ check 4          unpadded size = without the padding
 * index   = 00 │ count │ { unpadded size, plain size }… │ padding to 4 │ CRC-32        numbers of 7 bits a byte
 * footer  = CRC-32 │ size of the index / 4 − 1 │ flags │ "YZ"
 * ```
 */
import zlib from 'node:zlib';
import { archiveCorrupt, archiveTruncated } from './archive-error.ts';
import { encodeXz, type XzPreset } from './xz-encoder.ts';

/** What the index says of a block. */
export interface XzBlockFacts {
  /** Size of the block without its padding. */
  readonly unpaddedBytes: number;
  readonly plainBytes: number;
}

/** A compressed block. */
export interface XzBlock extends XzBlockFacts {
  /** The block with its padding. */
  readonly bytes: Uint8Array;
}

/** Where a block is in its file. */
export interface XzBlockPlace extends XzBlockFacts {
  readonly offset: number;
  /** With the padding. */
  readonly sizeBytes: number;
}

/** Size of the head of a stream. */
export const XZ_HEAD_BYTES = 12;

const FOOTER_BYTES = 12;
const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FLAGS = [0x00, 0x01];
const FOOTER_MAGIC = [0x59, 0x5a];
const CRC_BYTES = 4;
const INDEX_INDICATOR = 0;
const DEFAULT_PRESET: XzPreset = 6;

/** Compresses a block, in the thread pool. Default preset 6. An empty text has no bytes and stands in no index. */
export async function xzBlock(
  plain: Uint8Array,
  options: { readonly preset?: XzPreset } = {},
): Promise<XzBlock> {
  const stream = await encodeXz(plain, { preset: options.preset ?? DEFAULT_PRESET });
  const blocks = parseXz(stream, { name: 'what liblzma wrote' });
  const [block] = blocks;
  if (plain.length === 0) return { bytes: new Uint8Array(), unpaddedBytes: 0, plainBytes: 0 };
  if (block === undefined || blocks.length > 1)
    throw new Error(`liblzma wrote ${blocks.length} blocks, not one`);
  const { offset, sizeBytes, unpaddedBytes, plainBytes } = block;
  return { bytes: stream.subarray(offset, offset + sizeBytes), unpaddedBytes, plainBytes };
}

/** The bytes before the first block. */
export function xzHead(): Uint8Array {
  return Buffer.concat([Uint8Array.from(MAGIC), Uint8Array.from(FLAGS), crcOf(Uint8Array.from(FLAGS))]);
}

/** The bytes after the last block of a file of `blocks`, in their order. */
export function xzTail(blocks: readonly XzBlockFacts[]): Uint8Array {
  const listed = blocks.filter((block) => block.unpaddedBytes > 0);
  const records = listed.flatMap((block) => [...number(block.unpaddedBytes), ...number(block.plainBytes)]);
  const fields = [INDEX_INDICATOR, ...number(listed.length), ...records];
  const index = Uint8Array.from([
    ...fields,
    ...new Array<number>(roundUp(fields.length) - fields.length).fill(0),
  ]);
  const backward = new Uint8Array(CRC_BYTES + FLAGS.length);
  new DataView(backward.buffer).setUint32(0, (index.length + CRC_BYTES) / 4 - 1, true);
  backward.set(FLAGS, CRC_BYTES);
  return Buffer.concat([index, crcOf(index), crcOf(backward), backward, Uint8Array.from(FOOTER_MAGIC)]);
}

/**
 * The blocks of a file as `xzHead`, blocks and `xzTail` make it: one stream, checks of CRC-32, no padding after it.
 * Reads the table, not the blocks. Fails with ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED.
 */
export function parseXz(file: Uint8Array, context: { readonly name: string }): XzBlockPlace[] {
  const fail = (reason: string): Error => archiveCorrupt(context.name, reason);
  if (file.length < XZ_HEAD_BYTES + FOOTER_BYTES + 8)
    throw archiveTruncated(context.name, 'it has no xz index');
  if (!equals(file.subarray(0, XZ_HEAD_BYTES), xzHead()))
    throw fail('its head is not of an xz stream with CRC-32');
  const footer = file.subarray(-FOOTER_BYTES);
  const indexBytes = (view(footer).getUint32(CRC_BYTES, true) + 1) * 4;
  const indexStart = file.length - FOOTER_BYTES - indexBytes;
  if (indexStart < XZ_HEAD_BYTES) throw fail(`its xz index of ${indexBytes} bytes does not fit into it`);
  const blocks = readIndex(file.subarray(indexStart, -FOOTER_BYTES), fail);
  // There is one way to write an index and footer, so comparing them checks every field, padding and checksum.
  if (!equals(file.subarray(indexStart), xzTail(blocks))) throw fail('its xz index or footer is damaged');
  const last = blocks.at(-1);
  const end = last === undefined ? XZ_HEAD_BYTES : last.offset + last.sizeBytes;
  if (end !== indexStart) throw fail(`its xz blocks end at byte ${end}, the index begins at ${indexStart}`);
  return blocks;
}

function readIndex(index: Uint8Array, fail: (reason: string) => Error): XzBlockPlace[] {
  let at = 1;
  const read = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = index[at++];
      if (byte === undefined) throw fail('its xz index ends inside a number');
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw fail('its xz index holds a number over 2^53');
      if (byte < 0x80) return value;
    }
  };
  const count = read();
  const blocks: XzBlockPlace[] = [];
  let offset = XZ_HEAD_BYTES;
  while (blocks.length < count) {
    const unpaddedBytes = read();
    const plainBytes = read();
    const sizeBytes = roundUp(unpaddedBytes);
    if (unpaddedBytes === 0) throw fail('its xz index lists a block without bytes');
    blocks.push({ offset, sizeBytes, unpaddedBytes, plainBytes });
    offset += sizeBytes;
  }
  return blocks;
}

/** Little-endian groups of 7 bits, the top bit set on all but the last. */
function number(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function crcOf(bytes: Uint8Array): Uint8Array {
  const crc = new Uint8Array(CRC_BYTES);
  view(crc).setUint32(0, zlib.crc32(bytes), true);
  return crc;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function equals(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
