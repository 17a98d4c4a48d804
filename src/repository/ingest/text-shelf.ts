/**
 * Texts that are read seldom, and then in about the order in which they came: the metadata of 60,000 packages, which wait until
 * their leaf is made. Compressed in lots they take a fifth of the memory, and nothing of V8's heap.
 *
 * ```
 * label, texts ─packLot─▶ two zstd frames ─put─▶ shelf ─▶ label, text         the lots that were read last stay unpacked
 * ```
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { releaseBytes } from '../../core/release-bytes.ts';

/** Of the speed of copying; three quarters of what a higher level saves. */
const LEVEL = 1;
const NUMBER_BYTES = 4;
/** Unpacked lots that are kept. */
const KEPT = 8;

/** A label and its texts, which may cross to another thread. */
export interface PackedLot {
  readonly label: Packed;
  readonly texts: Packed;
}

interface Packed {
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

/** `label` is plain JSON. It is packed by itself, for it is asked for more often. */
export function packLot(label: unknown, texts: readonly string[]): PackedLot {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const tableBytes = texts.length * NUMBER_BYTES;
  const plain = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, tableBytes));
  let end = tableBytes;
  for (const [index, text] of texts.entries()) {
    plain.writeUInt32LE(end, index * NUMBER_BYTES);
    end += plain.write(text, end);
  }
  return { label: pack(Buffer.from(JSON.stringify(label))), texts: pack(plain) };
}

function pack(plain: Buffer): Packed {
  const packed = zstdCompressSync(plain, {
    chunkSize: Math.max(64, plain.length),
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  // A copy: the buffer is larger, or shared.
  const one = { plainBytes: plain.length, bytes: new Uint8Array(packed) };
  for (const used of [plain, packed]) releaseBytes(used);
  return one;
}

function unpack({ bytes, plainBytes }: Packed): Buffer {
  return zstdDecompressSync(bytes, { chunkSize: plainBytes + 64, maxOutputLength: Math.max(1, plainBytes) });
}

/** What was unpacked of a lot. */
interface Unpacked<Label> {
  readonly lot: PackedLot;
  label: Label | undefined;
  texts: Buffer | undefined;
}

export function createTextShelf<Label>(): TextShelf<Label> {
  const unpacked = new Map<PackedLot, Unpacked<Label>>();
  let last: Unpacked<Label> | undefined;
  const open = (lot: PackedLot): Unpacked<Label> => {
    // Mostly it is the same one again.
    if (last?.lot === lot) return last;
    last = unpacked.get(lot) ?? { lot, label: undefined, texts: undefined };
    unpacked.delete(lot);
    unpacked.set(lot, last);
    for (const [oldest, { texts }] of unpacked) {
      if (unpacked.size <= KEPT) break;
      unpacked.delete(oldest);
      if (texts !== undefined) releaseBytes(texts);
    }
    return last;
  };
  return {
    put: (lot) => ({
      label: () => {
        const one = open(lot);
        const label: Label = one.label ?? JSON.parse(unpack(lot.label).toString());
        one.label = label;
        return label;
      },
      text: (index) => {
        const one = open(lot);
        const texts = one.texts ?? unpack(lot.texts);
        one.texts = texts;
        const start = texts.readUInt32LE(index * NUMBER_BYTES);
        // Before the first text is the table: its first number says how many there are.
        const isLast = (index + 1) * NUMBER_BYTES === texts.readUInt32LE(0);
        const end = isLast ? texts.length : texts.readUInt32LE((index + 1) * NUMBER_BYTES);
        return texts.toString('utf8', start, end);
      },
    }),
  };
}
