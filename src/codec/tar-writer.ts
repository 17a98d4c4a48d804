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
/** uid and gid. */
const NOBODY = '0000000\0'.repeat(2);
const NO_CHECKSUM = '\0'.repeat(8);
const MAGIC_OFFSET = 257;
/** GNU's magic, then the owner and the group by name. */
const OWNER = `ustar  \0${'root'.padEnd(32, '\0')}root`;
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
  const { bytes = new Uint8Array() } = entry;
  const own = member({ flag, path, linkPath, bytes, mode: entry.mode ?? mode, ...options });
  const names: Uint8Array[] = [];
  if (linkPath.length > TAR_STRINGS.link.length) names.push(longName('K', linkPath));
  if (path.length > TAR_STRINGS.name.length) names.push(longName('L', path));
  return names.length === 0 ? own : Buffer.concat([...names, own]);
}

/** What follows the last entry: two blocks of zeros. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * TAR_BLOCK_BYTES);
}

function longName(flag: 'L' | 'K', name: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([name, Uint8Array.of(0)]);
  const path = Buffer.from(LONG_LINK);
  return member({ flag, path, linkPath: new Uint8Array(), bytes, mode: 0o644, mtimeSeconds: 0 });
}

/** A header and its data, in whole blocks. */
function member(fields: {
  flag: string;
  path: Uint8Array;
  linkPath: Uint8Array;
  bytes: Uint8Array;
  mode: number;
  mtimeSeconds: number;
}): Uint8Array {
  const { mode, bytes, mtimeSeconds, flag } = fields;
  const blocks = 1 + Math.ceil(bytes.length / TAR_BLOCK_BYTES);
  const all = Buffer.alloc(blocks * TAR_BLOCK_BYTES);
  all.set(fields.path.subarray(0, TAR_STRINGS.name.length), TAR_STRINGS.name.offset);
  all.set(fields.linkPath.subarray(0, TAR_STRINGS.link.length), TAR_STRINGS.link.offset);
  // Neighbouring fields are written as one text: databases have thousands of headers.
  const numbers = [octal('mode', mode), NOBODY, octal('size', bytes.length), octal('mtime', mtimeSeconds)];
  all.write(`${numbers.join('')}${NO_CHECKSUM}${flag}`, TAR_NUMBERS.mode.offset, 'latin1');
  all.write(OWNER, MAGIC_OFFSET, 'latin1');
  sealTarHeader(all);
  all.set(bytes, TAR_BLOCK_BYTES);
  return all;
}

function octal(field: keyof typeof TAR_NUMBERS, value: number): string {
  const { length } = TAR_NUMBERS[field];
  const digits = value.toString(8).padStart(length - 1, '0');
  if (value < 0 || digits.length >= length) throw new Error(`Not a ${field} for a tar header: ${value}`);
  return `${digits}\0`;
}
