/**
 * Texts that are read seldom, and then in about the order in which they came: the metadata of 60,000 packages, which wait until
 * their leaf is made. Compressed in lots they take a fifth of the memory, and nothing of V8's heap.
 *
 * ```
 * label, texts ─packLot─▶ one zstd frame ─put─▶ shelf ─▶ label, text         the lots that were read last stay unpacked
 * ```
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { releaseBytes } from '../../core/release-bytes.ts';

/** Of the speed of copying; three quarters of what a higher level saves. */
const LEVEL = 1;
const NUMBER_BYTES = 4;
/** Unpacked lots that are kept. */
const KEPT = 8;

/** A label and its texts in one piece, which may cross to another thread. */
export interface PackedLot {
  readonly count: number;
  /** Of what is packed. */
  readonly plainBytes: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A lot on the shelf. */
export interface Lot<Label> {
  label(): Label;
  /** The text at this place. */
  text(index: number): string;
}

/** Lots whose labels are of one kind. */
export interface TextShelf<Label> {
  /** Takes a lot that was packed with such a label. */
  put(lot: PackedLot): Lot<Label>;
}

/** `texts` and what is to be known of them, plain JSON, after a table of where each ends. */
export function packLot(label: unknown, texts: readonly string[]): PackedLot {
  const parts = [JSON.stringify(label), ...texts];
  const sizes = parts.map((part) => Buffer.byteLength(part));
  const tableBytes = parts.length * NUMBER_BYTES;
  const plain = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, tableBytes));
  let end = tableBytes;
  for (const [index, part] of parts.entries()) {
    end += plain.write(part, end);
    plain.writeUInt32LE(end, index * NUMBER_BYTES);
  }
  const packed = zstdCompressSync(plain, {
    chunkSize: Math.max(64, plain.length),
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  // A copy: the buffer is larger, or shared.
  const lot = { count: texts.length, plainBytes: plain.length, bytes: new Uint8Array(packed) };
  for (const used of [plain, packed]) releaseBytes(used);
  return lot;
}

interface Unpacked<Label> {
  readonly plain: Buffer;
  label: Label | undefined;
}

export function createTextShelf<Label>(): TextShelf<Label> {
  const unpacked = new Map<PackedLot, Unpacked<Label>>();
  const open = (lot: PackedLot): Unpacked<Label> => {
    const one = unpacked.get(lot) ?? { plain: unpack(lot), label: undefined };
    unpacked.delete(lot);
    unpacked.set(lot, one);
    for (const [oldest, { plain }] of unpacked) {
      if (unpacked.size <= KEPT) break;
      unpacked.delete(oldest);
      releaseBytes(plain);
    }
    return one;
  };
  return {
    put: (lot) => ({
      label: () => {
        const one = open(lot);
        const label: Label = one.label ?? JSON.parse(partOf(one.plain, 0, lot));
        one.label = label;
        return label;
      },
      text: (index) => partOf(open(lot).plain, index + 1, lot),
    }),
  };
}

function partOf(plain: Buffer, index: number, { count }: { readonly count: number }): string {
  const start = index === 0 ? (count + 1) * NUMBER_BYTES : plain.readUInt32LE((index - 1) * NUMBER_BYTES);
  return plain.toString('utf8', start, plain.readUInt32LE(index * NUMBER_BYTES));
}

function unpack({ bytes, plainBytes }: PackedLot): Buffer {
  return zstdDecompressSync(bytes, { chunkSize: plainBytes + 64, maxOutputLength: plainBytes });
}
