import { archiveCorrupt } from './archive-error.ts';
import type { BitReader } from './bunzip-bits.ts';
import { type HuffmanTable, readHuffmanTable, readSymbol } from './bunzip-huffman.ts';

/** A block before the Burrows-Wheeler transform is undone. */
export interface BunzipBlock {
  /** Each with a byte in its low 8 bits and the index of the next one above them. */
  readonly links: Uint32Array;
  /** How many links there are. */
  readonly count: number;
  /** Index of the link before the first byte. */
  readonly origin: number;
}

const RUN_A = 0;
const RUN_B = 1;
const GROUP_SYMBOLS = 50;
const MAX_RUN_WEIGHT = 1 << 20;

/**
 * Reads a block after its magic and checksum. `links` is room for as many as a block of the stream may have.
 * Fails with ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED.
 */
export function readBunzipBlock(
  bits: BitReader,
  options: { readonly links: Uint32Array; readonly name: string },
): BunzipBlock {
  const { links, name } = options;
  if (bits.read(1) === 1) throw archiveCorrupt(name, 'its bzip2 blocks are of a version before 0.9.5');
  const origin = bits.read(24);
  const bytes = readByteValues(bits);
  if (bytes.length === 0) throw archiveCorrupt(name, 'a bzip2 block has no byte values');
  const groups = bits.read(3);
  if (groups < 2 || groups > 6)
    throw archiveCorrupt(name, `a bzip2 block has ${groups} code tables, not 2 to 6`);
  const selectors = readSelectors(bits, { groups, name });
  const tables = Array.from({ length: groups }, () =>
    readHuffmanTable(bits, { symbolCount: bytes.length + 2, name }),
  );
  const count = readSymbols(bits, { bytes, selectors, tables, links, name });
  if (origin >= count) throw archiveCorrupt(name, 'a bzip2 block begins outside itself');
  linkUp(links, count);
  return { links, count, origin };
}

/** The byte values that occur, from two levels of bit maps. */
function readByteValues(bits: BitReader): Uint8Array {
  const values: number[] = [];
  const rows = bits.read(16);
  for (let row = 0; row < 16; row++) {
    if (((rows >>> (15 - row)) & 1) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column++) {
      if ((columns >>> (15 - column)) & 1) values.push(row * 16 + column);
    }
  }
  return Uint8Array.from(values);
}

/** Which table each 50 symbols use, stored as places in a move-to-front list. */
function readSelectors(bits: BitReader, options: { groups: number; name: string }): Uint8Array {
  const selectors = new Uint8Array(bits.read(15));
  if (selectors.length === 0) throw archiveCorrupt(options.name, 'a bzip2 block has no selectors');
  const order = Uint8Array.from({ length: options.groups }, (_, i) => i);
  for (let i = 0; i < selectors.length; i++) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= options.groups) throw archiveCorrupt(options.name, 'a bzip2 selector is out of range');
    }
    selectors[i] = moveToFront(order, place);
  }
  return selectors;
}

function readSymbols(
  bits: BitReader,
  block: {
    bytes: Uint8Array;
    selectors: Uint8Array;
    tables: HuffmanTable[];
    links: Uint32Array;
    name: string;
  },
): number {
  const { bytes, selectors, tables, links, name } = block;
  const order = Uint8Array.from(bytes);
  const endOfBlock = bytes.length + 1;
  const tooLong = (): Error => archiveCorrupt(name, 'a bzip2 block holds more than its stream allows');
  let count = 0;
  let run = 0;
  let weight = 1;
  for (let group = 0; group < selectors.length; group++) {
    const table = tables[selectors[group] ?? 0];
    if (table === undefined) break;
    for (let i = 0; i < GROUP_SYMBOLS; i++) {
      const symbol = readSymbol(bits, table, name);
      if (symbol === RUN_A || symbol === RUN_B) {
        // A run's length in bijective base 2: A counts 1, B counts 2.
        if (weight > MAX_RUN_WEIGHT) throw tooLong();
        run += weight << symbol;
        weight <<= 1;
        continue;
      }
      if (run > 0) {
        if (run > links.length - count) throw tooLong();
        links.fill(order[0] ?? 0, count, count + run);
        count += run;
        run = 0;
        weight = 1;
      }
      if (symbol === endOfBlock) return count;
      if (count === links.length) throw tooLong();
      links[count++] = moveToFront(order, symbol - 1);
    }
  }
  throw archiveCorrupt(name, 'a bzip2 block has no end');
}

function moveToFront(order: Uint8Array, place: number): number {
  const value = order[place] ?? 0;
  order.copyWithin(1, 0, place);
  order[0] = value;
  return value;
}

/** Puts into each link where the next byte is: the inverse of the Burrows-Wheeler transform. */
function linkUp(links: Uint32Array, count: number): void {
  const starts = new Uint32Array(257);
  for (let i = 0; i < count; i++) starts[(links[i] ?? 0) + 1] = (starts[(links[i] ?? 0) + 1] ?? 0) + 1;
  for (let value = 1; value <= 256; value++) starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
  for (let i = 0; i < count; i++) {
    const value = (links[i] ?? 0) & 0xff;
    const place = starts[value] ?? 0;
    starts[value] = place + 1;
    links[place] = ((links[place] ?? 0) | (i << 8)) >>> 0;
  }
}
