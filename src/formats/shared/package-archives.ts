/** The two archives in a package of dpkg or opkg, read to their end with little memory. */
import type { CompressionEncoding } from '../../codec/compression-encoding.ts';
import { decompress } from '../../codec/decompress.ts';
import type { TarEntry } from '../../codec/tar-entry.ts';
import { escapesFolder } from '../../codec/tar-path.ts';
import { createTarReader, type TarReader } from '../../codec/tar-reader.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { SequentialReader } from './sequential-reader.ts';

/** The file `control`. */
const MAX_CONTROL_BYTES = 16 * 1024 ** 2;
const MAX_CONTROL_ENTRIES = 10_000;
/** control.tar as a whole: the md5sums of half a million files have some 50 MB. */
const MAX_CONTROL_ARCHIVE_BYTES = 64 * 1024 ** 2;
const MAX_CONTROL_EXTENSION_BYTES = 16 * 1024 ** 2;

/**
 * data.tar may unpack to 512 MiB, or to 200 times its size: real packages shrink 2 to 20 times, gzip reaches 1,000 and
 * xz 7,000 times on zeros. So the work takes seconds, or as long as somebody took to upload the file.
 */
const DATA_FREE_BYTES = 512 * 1024 ** 2;
const DATA_RATIO = 200;
const MAX_DATA_ENTRIES = 5_000_000;

/** Members up to this size are decompressed in memory. */
const IN_MEMORY_BYTES = 1_048_576;

/** Compressions by the end of a member's name. */
export type KnownCompressions = ReadonlyMap<string, CompressionEncoding>;

/** A member of the package, with the reader at its first byte. */
export interface MemberInput {
  /** Package and member, for messages. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly reader: Pick<SequentialReader, 'take' | 'pieces'>;
  /** What the format's client reads there. */
  readonly known: KnownCompressions;
  /** Told of the type of each header that only describes the next one: `x`, `g`, `L`, `K`. */
  readonly onExtension?: (typeFlag: string) => void;
  /** Told of each entry. */
  readonly onEntry?: (entry: TarEntry) => void;
}

/** Reads control.tar to its end and gives the bytes of the one file `control` in it. */
export async function readControlArchive(memberName: string, input: MemberInput): Promise<Uint8Array> {
  const { name } = input;
  const parts: Uint8Array[] = [];
  let found = false;
  const tar = createTarReader({
    name,
    limits: { entries: MAX_CONTROL_ENTRIES, metadataBytes: MAX_CONTROL_EXTENSION_BYTES },
    ...(input.onExtension && { onExtension: input.onExtension }),
    onEntry: (entry) => {
      refuseEscape(name, entry.path);
      input.onEntry?.(entry);
      if (!entry.path.includes('control') || plainPath(entry.path) !== 'control') return undefined;
      if (found) throw invalid(name, 'there are two files named control');
      if (entry.type !== 'file') throw invalid(name, `control is a ${entry.type}, expected a regular file`);
      if (entry.sizeBytes > MAX_CONTROL_BYTES) {
        throw new PakhusError('ARCHIVE_TOO_LARGE', `${name}: control has ${entry.sizeBytes} bytes`, {
          hint: `A control file may have up to ${MAX_CONTROL_BYTES} bytes.`,
          details: { name, sizeBytes: entry.sizeBytes, limit: MAX_CONTROL_BYTES },
        });
      }
      found = true;
      // A piece is only lent.
      return (piece) => parts.push(Buffer.from(piece));
    },
  });
  const compression = compressionOf(memberName, input);
  await unpack(compression, { ...input, tar, limitBytes: MAX_CONTROL_ARCHIVE_BYTES });
  if (!found) throw invalid(name, 'there is no file named control in it');
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** Reads data.tar to its end and checks its paths. */
export async function readDataArchive(memberName: string, input: MemberInput): Promise<void> {
  const { name } = input;
  const compression = compressionOf(memberName, input);
  const limitBytes = Math.max(DATA_FREE_BYTES, DATA_RATIO * input.sizeBytes);
  const tar = createTarReader({
    name,
    limits: { entries: MAX_DATA_ENTRIES, metadataBytes: limitBytes },
    ...(input.onExtension && { onExtension: input.onExtension }),
    onEntry: (entry) => {
      refuseEscape(name, entry.path);
      // Symbolic links point where they like; dpkg follows a hard link when it unpacks.
      if (entry.type === 'hardLink') refuseEscape(name, entry.linkPath);
      input.onEntry?.(entry);
      return undefined;
    },
  });
  await unpack(compression, { ...input, tar, limitBytes });
}

async function unpack(
  compression: CompressionEncoding,
  input: MemberInput & { readonly tar: TarReader; readonly limitBytes: number },
): Promise<void> {
  const { name, reader, sizeBytes, tar, limitBytes } = input;
  const packed = sizeBytes <= IN_MEMORY_BYTES ? await reader.take(sizeBytes) : reader.pieces(sizeBytes);
  const pieces = decompress(compression, packed, { name, limitBytes });
  if (Symbol.iterator in pieces) for (const piece of pieces) tar.push(piece);
  else for await (const piece of pieces) tar.push(piece);
  tar.end();
}

function compressionOf(
  memberName: string,
  context: Pick<MemberInput, 'name' | 'known'>,
): CompressionEncoding {
  const suffix = memberName.slice(memberName.indexOf('.tar') + '.tar'.length);
  const compression = context.known.get(suffix);
  if (compression !== undefined) return compression;
  const known = [...context.known.keys()].filter(Boolean).join(', ');
  throw invalid(context.name, `the compression is none that clients read there (${known})`);
}

/** All spellings of one path are one: `./a`, `a`, `/a`, `.//a`. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

function refuseEscape(name: string, path: string): void {
  if (!escapesFolder(path)) return;
  throw new PakhusError(
    'ARCHIVE_UNSAFE_PATH',
    `${name}: path ${JSON.stringify(path.slice(0, 200))} leaves its folder`,
    {
      hint: 'No honest package has such a path: do not use this file.',
      details: { name, path },
    },
  );
}

function invalid(name: string, reason: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${name}: ${reason}`, {
    hint: 'Build the package again.',
    details: { name },
  });
}
