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

/** Headers and data come in blocks of this size. */
export const TAR_BLOCK_BYTES = 512;

const CHECKSUM_OFFSET = 148;
const CHECKSUM_BYTES = 8;
const TYPE_OFFSET = 156;
const MAGIC_OFFSET = 257;
const PREFIX_OFFSET = 345;
const PREFIX_BYTES = 155;
const SPACE = 0x20;
const SLASH = 0x2f;

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
  /** Bytes, with the ustar prefix. */
  readonly path: Uint8Array;
  readonly linkPath: Uint8Array;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970, may be negative. */
  readonly mtimeSeconds: number;
}

/** True when a block holds zeros only: the end of an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Reads a header block. Fails with ARCHIVE_CORRUPT when the checksum (by unsigned or by signed bytes, as old
 * writers summed) or a number is wrong. A size beyond 2^53 comes out as a number that is no safe integer.
 */
export function parseTarHeader(
  block: Uint8Array,
  context: { readonly name: string; readonly offset: number },
): TarHeader {
  const where = `the tar header at byte ${context.offset}`;
  const stated = parseOctal(block.subarray(CHECKSUM_OFFSET, CHECKSUM_OFFSET + CHECKSUM_BYTES));
  const { unsigned, signed } = checksums(block);
  if (stated === undefined || (stated !== unsigned && stated !== signed)) {
    throw archiveCorrupt(
      context.name,
      `${where} has checksum ${stated ?? 'unreadable'}, expected ${unsigned}`,
    );
  }
  const number = (field: keyof typeof TAR_NUMBERS): number => {
    const { offset, length } = TAR_NUMBERS[field];
    const value = parseNumber(block.subarray(offset, offset + length));
    if (value === undefined) throw archiveCorrupt(context.name, `${where} has a ${field} that is no number`);
    return value;
  };
  const sizeBytes = number('size');
  if (sizeBytes < 0) throw archiveCorrupt(context.name, `${where} has the negative size ${sizeBytes}`);
  return {
    typeFlag: String.fromCharCode(block[TYPE_OFFSET] ?? 0),
    path: headerPath(block),
    linkPath: stringField(block, TAR_STRINGS.link),
    sizeBytes,
    mode: number('mode') & 0o7777,
    mtimeSeconds: number('mtime'),
  };
}

/** Puts the checksum into a header block whose other fields are set. */
export function sealTarHeader(block: Uint8Array): void {
  const text = `${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `;
  block.set(Buffer.from(text, 'latin1'), CHECKSUM_OFFSET);
}

function headerPath(block: Uint8Array): Uint8Array {
  const name = stringField(block, TAR_STRINGS.name);
  // GNU headers ("ustar  ") keep other things in the place of the prefix.
  const isPosix = String.fromCharCode(...block.subarray(MAGIC_OFFSET, MAGIC_OFFSET + 6)) === 'ustar\0';
  const prefix = isPosix ? stringField(block, { offset: PREFIX_OFFSET, length: PREFIX_BYTES }) : undefined;
  if (prefix === undefined || prefix.length === 0) return name;
  const path = new Uint8Array(prefix.length + 1 + name.length);
  path.set(prefix);
  path[prefix.length] = SLASH;
  path.set(name, prefix.length + 1);
  return path;
}

function stringField(block: Uint8Array, field: { offset: number; length: number }): Uint8Array {
  return untilNul(block.subarray(field.offset, field.offset + field.length));
}

/** The bytes before the first NUL, in their own memory. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return bytes.slice(0, end < 0 ? bytes.length : end);
}

function checksums(block: Uint8Array): { unsigned: number; signed: number } {
  let unsigned = CHECKSUM_BYTES * SPACE;
  let high = 0;
  for (let i = 0; i < TAR_BLOCK_BYTES; i++) {
    if (i >= CHECKSUM_OFFSET && i < CHECKSUM_OFFSET + CHECKSUM_BYTES) continue;
    const byte = block[i] ?? 0;
    unsigned += byte;
    if (byte >= 0x80) high++;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

/** Octal text, or GNU base-256 when the first bit is set; blank is 0; undefined when neither. */
function parseNumber(field: Uint8Array): number | undefined {
  const first = field[0] ?? 0;
  return first & 0x80 ? parseBase256(field) : parseOctal(field);
}

function parseOctal(field: Uint8Array): number | undefined {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(String.fromCharCode(...field))?.[1];
  if (digits === undefined) return undefined;
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** Two's complement, big-endian, without the topmost bit. */
function parseBase256(field: Uint8Array): number {
  const first = field[0] ?? 0;
  const negative = (first & 0x40) !== 0;
  let value = negative ? (first | 0x80) - 256 : first & 0x3f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}
