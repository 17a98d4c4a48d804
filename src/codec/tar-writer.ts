import { sealTarHeader, TAR_BLOCK_BYTES, TAR_NUMBERS, TAR_STRINGS } from './tar-header.ts';

/** An entry to write. */
export interface TarWriteEntry {
  /** As it shall stand in the archive; a directory ends with `/`. */
  readonly path: string;
  /** Default `file`. */
  readonly type?: 'file' | 'directory' | 'symbolicLink' | 'hardLink';
  /** Data of a file; default none. */
  readonly bytes?: Uint8Array;
  /** Where a link points. */
  readonly linkPath?: string;
  /** Permission bits; default 0o644, for directories 0o755, for symbolic links 0o777. */
  readonly mode?: number;
}

const TYPES = {
  file: { flag: '0', mode: 0o644 },
  directory: { flag: '5', mode: 0o755 },
  symbolicLink: { flag: '2', mode: 0o777 },
  hardLink: { flag: '1', mode: 0o644 },
} as const;
const TYPE_OFFSET = 156;
const MAGIC_OFFSET = 257;
const GNU_MAGIC = 'ustar  \0';
const OWNER_OFFSETS = [265, 297];
const LONG_LINK = '././@LongLink';

/**
 * Writes a GNU tar archive, as dpkg-deb does: owner root, one time for all entries, names over 100 bytes in an entry of
 * their own. The same entries give the same bytes.
 */
export function writeTar(
  entries: readonly TarWriteEntry[],
  options: { readonly mtimeSeconds: number },
): Uint8Array {
  return Buffer.concat([...entries.map((entry) => tarEntry(entry, options)), tarEnd()]);
}

/** One entry, for archives that are joined from parts. */
export function tarEntry(entry: TarWriteEntry, options: { readonly mtimeSeconds: number }): Uint8Array {
  const { flag, mode } = TYPES[entry.type ?? 'file'];
  const path = Buffer.from(entry.path, 'utf8');
  const linkPath = Buffer.from(entry.linkPath ?? '', 'utf8');
  const bytes = entry.bytes ?? new Uint8Array();
  const parts: Uint8Array[] = [];
  if (linkPath.length > TAR_STRINGS.link.length) parts.push(...longName('K', linkPath));
  if (path.length > TAR_STRINGS.name.length) parts.push(...longName('L', path));
  parts.push(
    header({
      flag,
      path,
      linkPath,
      sizeBytes: bytes.length,
      mode: entry.mode ?? mode,
      mtimeSeconds: options.mtimeSeconds,
    }),
    ...padded(bytes),
  );
  return Buffer.concat(parts);
}

/** What follows the last entry: two blocks of zeros. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * TAR_BLOCK_BYTES);
}

function longName(flag: 'L' | 'K', name: Uint8Array): Uint8Array[] {
  const body = Buffer.concat([name, Uint8Array.of(0)]);
  const path = Buffer.from(LONG_LINK);
  return [
    header({ flag, path, linkPath: new Uint8Array(), sizeBytes: body.length, mode: 0o644, mtimeSeconds: 0 }),
    ...padded(body),
  ];
}

function padded(bytes: Uint8Array): Uint8Array[] {
  const rest = bytes.length % TAR_BLOCK_BYTES;
  return rest === 0 ? [bytes] : [bytes, new Uint8Array(TAR_BLOCK_BYTES - rest)];
}

function header(fields: {
  flag: string;
  path: Uint8Array;
  linkPath: Uint8Array;
  sizeBytes: number;
  mode: number;
  mtimeSeconds: number;
}): Uint8Array {
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  block.set(fields.path.subarray(0, TAR_STRINGS.name.length), TAR_STRINGS.name.offset);
  block.set(fields.linkPath.subarray(0, TAR_STRINGS.link.length), TAR_STRINGS.link.offset);
  writeOctal(block, 'mode', fields.mode);
  writeOctal(block, 'uid', 0);
  writeOctal(block, 'gid', 0);
  writeOctal(block, 'size', fields.sizeBytes);
  writeOctal(block, 'mtime', fields.mtimeSeconds);
  block.write(fields.flag, TYPE_OFFSET, 'latin1');
  block.write(GNU_MAGIC, MAGIC_OFFSET, 'latin1');
  for (const offset of OWNER_OFFSETS) block.write('root', offset, 'latin1');
  sealTarHeader(block);
  return block;
}

function writeOctal(block: Buffer, field: keyof typeof TAR_NUMBERS, value: number): void {
  const { offset, length } = TAR_NUMBERS[field];
  const digits = value.toString(8).padStart(length - 1, '0');
  if (value < 0 || digits.length >= length) throw new Error(`Not a ${field} for a tar header: ${value}`);
  block.write(digits, offset, 'latin1');
}
