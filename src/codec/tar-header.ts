/**
 * The 512-byte header block of tar: POSIX ustar (IEEE Std 1003.1, pax), GNU (info tar, "Basic Tar Format") and v7.
 *
 * ```
 *   0 name 100 │ 100 mode 8 │ 108 uid 8 │ 116 gid 8 │ 124 size 12 │ 136 mtime 12 │ 148 checksum 8 │ 156 type 1
 * 157 link 100 │ 257 magic and version 8 │ 265 uname 32 │ 297 gname 32 │ 329 devices 16 │ 345 prefix 155 │ 500 –
 *
 * archive = { header, data padded to 512 }… two blocks of zeros
 *           type x, g: pax records for the next / all later entries     type L, K: a long name / link for the next
 * ```
 */
import { archiveCorrupt } from './archive-error.ts';
import { parseTarNumber, parseTarOctal } from './tar-number.ts';
import { type TarText, tarText } from './tar-text.ts';

/** Headers and data come in blocks of this size. */
export const TAR_BLOCK_BYTES = 512;

const CHECKSUM_OFFSET = 148;
const CHECKSUM_BYTES = 8;
const TYPE_OFFSET = 156;
const MAGIC_OFFSET = 257;
const PREFIX_OFFSET = 345;
const PREFIX_BYTES = 155;
const MAGIC = 'ustar\0';
const SPACE = 0x20;

/** Where the numbers of a header are. */
export const TAR_NUMBERS = {
  mode: { offset: 100, length: 8 },
  uid: { offset: 108, length: 8 },
  gid: { offset: 116, length: 8 },
  size: { offset: 124, length: 12 },
  mtime: { offset: 136, length: 12 },
} as const;

/** Where the strings of a header are. */
export const TAR_STRINGS = {
  name: { offset: 0, length: 100 },
  link: { offset: 157, length: 100 },
} as const;

/** A header, before long names and pax records are applied. */
export interface TarHeader {
  /** The type flag, one character; `\0` for v7. */
  readonly typeFlag: string;
  /** With the ustar prefix. */
  readonly path: TarText;
  readonly linkPath: TarText;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970, may be negative. */
  readonly mtimeSeconds: number;
}

/**
 * Reads the header block at `context.start` of `bytes`; undefined for a block of zeros only, the end of an archive.
 * Fails with ARCHIVE_CORRUPT when the checksum (by unsigned or by signed bytes, as old writers summed) or a number is
 * wrong. A size beyond 2^53 comes out as a number that is no safe integer.
 */
export function parseTarHeader(
  bytes: Buffer,
  context: {
    readonly start: number;
    /** Of the archive, and where the block is in it: for messages. */
    readonly name: string;
    readonly offset: number;
  },
): TarHeader | undefined {
  const { start } = context;
  const sum = sumOf(bytes, start, start + TAR_BLOCK_BYTES);
  if (sum === 0) return undefined;
  expectChecksum(bytes, { ...context, sum });
  const sizeBytes = numberField(bytes, 'size', context);
  if (sizeBytes < 0)
    throw archiveCorrupt(context.name, `${placeOf(context)} has the negative size ${sizeBytes}`);
  return {
    typeFlag: String.fromCharCode(bytes[start + TYPE_OFFSET] ?? 0),
    path: headerPath(bytes, start),
    linkPath: stringField(bytes, start, TAR_STRINGS.link),
    sizeBytes,
    mode: numberField(bytes, 'mode', context) & 0o7777,
    mtimeSeconds: numberField(bytes, 'mtime', context),
  };
}

/** Puts the checksum into a header block whose other fields are set. */
export function sealTarHeader(block: Uint8Array): void {
  const sum = unsignedChecksum(block, { start: 0, sum: sumOf(block, 0, TAR_BLOCK_BYTES) });
  block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `, 'latin1'), CHECKSUM_OFFSET);
}

type Place = { readonly start: number; readonly name: string; readonly offset: number };

function placeOf(place: Place): string {
  return `the tar header at byte ${place.offset}`;
}

function expectChecksum(bytes: Buffer, place: Place & { readonly sum: number }): void {
  const at = place.start + CHECKSUM_OFFSET;
  const stated = parseTarOctal(bytes, { start: at, end: at + CHECKSUM_BYTES });
  const unsigned = unsignedChecksum(bytes, place);
  if (stated === unsigned) return;
  if (stated !== undefined && stated === unsigned - 256 * highBytes(bytes, place.start)) return;
  throw archiveCorrupt(
    place.name,
    `${placeOf(place)} has checksum ${stated ?? 'unreadable'}, expected ${unsigned}`,
  );
}

/** The sum of all bytes, the checksum itself counted as spaces. */
function unsignedChecksum(
  bytes: Uint8Array,
  block: { readonly start: number; readonly sum: number },
): number {
  const at = block.start + CHECKSUM_OFFSET;
  return block.sum - sumOf(bytes, at, at + CHECKSUM_BYTES) + CHECKSUM_BYTES * SPACE;
}

function sumOf(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum += bytes[at] ?? 0;
  return sum;
}

/** How many bytes, but for those of the checksum, are negative when they are signed. */
function highBytes(bytes: Uint8Array, start: number): number {
  let count = 0;
  for (let i = 0; i < TAR_BLOCK_BYTES; i++) {
    const isChecksum = i >= CHECKSUM_OFFSET && i < CHECKSUM_OFFSET + CHECKSUM_BYTES;
    if (!isChecksum && (bytes[start + i] ?? 0) >= 0x80) count++;
  }
  return count;
}

function numberField(bytes: Buffer, field: keyof typeof TAR_NUMBERS, place: Place): number {
  const { offset, length } = TAR_NUMBERS[field];
  const start = place.start + offset;
  const value = parseTarNumber(bytes, { start, end: start + length });
  if (value === undefined) {
    throw archiveCorrupt(place.name, `${placeOf(place)} has a ${field} that is no number`);
  }
  return value;
}

function headerPath(bytes: Buffer, start: number): TarText {
  const name = stringField(bytes, start, TAR_STRINGS.name);
  if (bytes[start + PREFIX_OFFSET] === 0) return name;
  // GNU headers ("ustar  ") keep other things in the place of the prefix.
  const magic = bytes.toString('latin1', start + MAGIC_OFFSET, start + MAGIC_OFFSET + MAGIC.length);
  if (magic !== MAGIC) return name;
  const prefix = stringField(bytes, start, { offset: PREFIX_OFFSET, length: PREFIX_BYTES });
  return { text: `${prefix.text}/${name.text}`, isUtf8: prefix.isUtf8 && name.isUtf8 };
}

function stringField(bytes: Buffer, start: number, field: { offset: number; length: number }): TarText {
  return tarText(bytes, start + field.offset, start + field.offset + field.length);
}
