import { archiveCorrupt } from './archive-error.ts';
import type { TarHeader } from './tar-header.ts';
import type { PaxFields } from './tar-pax.ts';
import type { TarText } from './tar-text.ts';

/** What an entry is; `other`: a type flag that POSIX leaves to vendors, data is skipped or taken as of a file. */
type TarEntryType =
  | 'file'
  | 'directory'
  | 'symbolicLink'
  | 'hardLink'
  | 'characterDevice'
  | 'blockDevice'
  | 'fifo'
  | 'other';

/** An entry of an archive. */
export interface TarEntry {
  /** As in the archive, with its `./`; never empty, never with a NUL. Bytes that are no UTF-8 come as U+FFFD. */
  readonly path: string;
  /** False when `path` or `linkPath` had bytes that are no UTF-8. */
  readonly isUtf8: boolean;
  readonly type: TarEntryType;
  /** Where a link points; empty for other types. */
  readonly linkPath: string;
  /** Bytes of data; 0 for everything but files and `other`. */
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtimeSeconds: number;
}

/** The extensions that precede an entry. */
export interface TarExtensions {
  readonly longPath?: TarText;
  readonly longLink?: TarText;
  readonly pax?: PaxFields;
}

/**
 * Applies the extensions to a header: pax records win over long names, and those over the header.
 * Fails with ARCHIVE_CORRUPT, which names the archive `around.name`.
 */
export function toTarEntry(
  header: TarHeader,
  around: { readonly pending: TarExtensions; readonly globals: PaxFields; readonly name: string },
): TarEntry {
  const { pending, globals } = around;
  const pax = pending.pax === undefined ? globals : { ...globals, ...pending.pax };
  const path = firstFilled(pax.path, pending.longPath) ?? header.path;
  const sizeBytes = pax.sizeBytes ?? header.sizeBytes;
  const shown = path.text;
  if (shown === '') throw archiveCorrupt(around.name, 'a tar entry has no name');
  const type = entryType(header.typeFlag, { path: shown, name: around.name });
  const isLink = type === 'symbolicLink' || type === 'hardLink';
  const linkPath = isLink ? (firstFilled(pax.linkPath, pending.longLink) ?? header.linkPath) : undefined;
  // Readers disagree on whether data follows such an entry, so one of them would see other entries than we do.
  if (sizeBytes !== 0 && type !== 'file' && type !== 'other') {
    const kind = isLink ? 'a link' : type;
    throw archiveCorrupt(
      around.name,
      `tar entry ${JSON.stringify(shown)} is ${kind}, but has ${sizeBytes} bytes`,
    );
  }
  return {
    path: shown,
    isUtf8: path.isUtf8 && linkPath?.isUtf8 !== false,
    type,
    linkPath: linkPath?.text ?? '',
    sizeBytes,
    mode: header.mode,
    mtimeSeconds: header.mtimeSeconds,
  };
}

function firstFilled(first: TarText | undefined, second: TarText | undefined): TarText | undefined {
  if (first !== undefined && first.text !== '') return first;
  return second !== undefined && second.text !== '' ? second : undefined;
}

function entryType(typeFlag: string, entry: { path: string; name: string }): TarEntryType {
  switch (typeFlag) {
    case '\0':
    case '0':
    case '7':
      // v7 has no flag for directories.
      return entry.path.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'hardLink';
    case '2':
      return 'symbolicLink';
    case '3':
      return 'characterDevice';
    case '4':
      return 'blockDevice';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    case 'S':
      throw archiveCorrupt(entry.name, `tar entry ${JSON.stringify(entry.path)} is a sparse file of GNU tar`);
    default:
      return 'other';
  }
}
