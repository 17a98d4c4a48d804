import { archiveCorrupt } from './archive-error.ts';
import type { BitReader } from './bunzip-bits.ts';

/** A code of a bzip2 block: how its symbols are written in bits. */
export interface HuffmanTable {
  readonly minBits: number;
  readonly maxBits: number;
  /** Per length: the largest code of that length. */
  readonly limits: Int32Array;
  /** Per length: what to take from a code to get its place in `symbols`. */
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
}

const MAX_BITS = 20;

/** Reads the lengths of `symbolCount` codes, each as a difference to the one before, and makes their table. */
export function readHuffmanTable(
  bits: BitReader,
  options: { readonly symbolCount: number; readonly name: string },
): HuffmanTable {
  const lengths = new Uint8Array(options.symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < options.symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_BITS)
        throw archiveCorrupt(options.name, 'a bzip2 code has a wrong length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return tableOf(lengths);
}

/** Reads one symbol. Fails with ARCHIVE_CORRUPT when the bits are no code. */
export function readSymbol(bits: BitReader, table: HuffmanTable, name: string): number {
  let length = table.minBits;
  let code = bits.read(length);
  while (code > (table.limits[length] ?? 0)) {
    length += 1;
    if (length > table.maxBits) throw archiveCorrupt(name, 'a bzip2 block holds bits that are no code');
    code = (code << 1) | bits.read(1);
  }
  const symbol = table.symbols[code - (table.bases[length] ?? 0)];
  if (symbol === undefined) throw archiveCorrupt(name, 'a bzip2 block holds bits that are no code');
  return symbol;
}

function tableOf(lengths: Uint8Array): HuffmanTable {
  const minBits = Math.min(...lengths);
  const maxBits = Math.max(...lengths);
  const limits = new Int32Array(MAX_BITS + 2);
  const bases = new Int32Array(MAX_BITS + 2);
  const symbols = new Uint16Array(lengths.length);
  let place = 0;
  let code = 0;
  for (let length = minBits; length <= maxBits; length++) {
    bases[length] = code - place;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[place++] = symbol;
      code += 1;
    }
    limits[length] = code - 1;
    code <<= 1;
  }
  return { minBits, maxBits, limits, bases, symbols };
}
