/**
 * The common ar format, as deb(5) uses it. Bytes in, bytes out.
 *
 * ```
 * "!<arch>\n"
 * ┌ name 16 ┬ mtime 12 ┬ uid 6 ┬ gid 6 ┬ mode 8 ┬ size 10 ┬ "`\n" ┐ 60 bytes of text, padded with spaces
 * └ data, `size` bytes, and one "\n" more when that is odd ───────┘ repeated to the end of the file
 * ```
 */
import { archiveCorrupt } from './archive-error.ts';

/** The first bytes of every ar archive. */
export const AR_MAGIC = '!<arch>\n';

/** Size of a member's header. */
export const AR_HEADER_BYTES = 60;

const NAME_BYTES = 16;
const MTIME_OFFSET = 16;
const UID_OFFSET = 28;
const GID_OFFSET = 34;
const MODE_OFFSET = 40;
const SIZE_OFFSET = 48;
const END_OFFSET = 58;
const END = '`\n';
const PADDING = 0x0a;
const MAX_SIZE_BYTES = 9_999_999_999;

/** What the header of a member says. */
export interface ArMember {
  /** Without padding and without the final `/` that GNU ar writes. */
  readonly name: string;
  /** Bytes of data after the header, without padding. */
  readonly sizeBytes: number;
}

/** True when a file that begins with `head` is an ar archive. */
export function isAr(head: Uint8Array): boolean {
  return latin1(head, 0, AR_MAGIC.length) === AR_MAGIC;
}

/**
 * Reads the header of a member: exactly {@link AR_HEADER_BYTES} bytes.
 * Fails with ARCHIVE_CORRUPT, which names the archive `context.name`.
 */
export function parseArHeader(header: Uint8Array, context: { readonly name: string }): ArMember {
  if (header.length !== AR_HEADER_BYTES) throw new Error(`An ar header has 60 bytes, not ${header.length}`);
  const text = latin1(header, 0, AR_HEADER_BYTES);
  if (!text.endsWith(END)) {
    throw archiveCorrupt(context.name, 'the header of an ar member does not end with "`\\n"');
  }
  const name = text.slice(0, NAME_BYTES).replace(/ +$/, '').replace(/\/$/, '');
  if (!/^[\x21-\x7e][\x20-\x7e]*$/.test(name)) {
    throw archiveCorrupt(context.name, `the name of an ar member is ${JSON.stringify(name)}`);
  }
  const size = text.slice(SIZE_OFFSET, END_OFFSET);
  if (!/^[0-9]+ *$/.test(size)) {
    throw archiveCorrupt(
      context.name,
      `the size of ar member ${name} is ${JSON.stringify(size)}, not a decimal number`,
    );
  }
  return { name, sizeBytes: Number.parseInt(size, 10) };
}

/** The bytes that a member's data occupies: members begin at even offsets. */
export function arPaddedBytes(sizeBytes: number): number {
  return sizeBytes + (sizeBytes % 2);
}

/**
 * Writes an archive as dpkg-deb does: owner 0, mode 100644, names without `/`.
 * A name has 1 to 16 printable ASCII characters, no space and no `/`.
 */
export function writeAr(
  members: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: { readonly mtimeSeconds: number },
): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from(AR_MAGIC, 'latin1')];
  for (const { name, bytes } of members) {
    parts.push(arHeader(name, { sizeBytes: bytes.length, mtimeSeconds: options.mtimeSeconds }), bytes);
    if (bytes.length % 2 === 1) parts.push(Uint8Array.of(PADDING));
  }
  return Buffer.concat(parts);
}

function arHeader(name: string, fields: { sizeBytes: number; mtimeSeconds: number }): Uint8Array {
  if (!/^[\x21-\x2e\x30-\x7e]{1,16}$/.test(name)) throw new Error(`Not a name for an ar member: ${name}`);
  if (fields.sizeBytes > MAX_SIZE_BYTES) throw new Error(`Too large for an ar member: ${fields.sizeBytes}`);
  const header = Buffer.alloc(AR_HEADER_BYTES, ' ', 'latin1');
  header.write(name, 0, 'latin1');
  header.write(String(fields.mtimeSeconds), MTIME_OFFSET, 'latin1');
  header.write('0', UID_OFFSET, 'latin1');
  header.write('0', GID_OFFSET, 'latin1');
  header.write('100644', MODE_OFFSET, 'latin1');
  header.write(String(fields.sizeBytes), SIZE_OFFSET, 'latin1');
  header.write(END, END_OFFSET, 'latin1');
  return header;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end);
}
