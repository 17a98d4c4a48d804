/** The members of a package in memory, for those that are packed anew. */
import { AR_HEADER_BYTES, AR_MAGIC, arPaddedBytes, isAr, parseArHeader } from '../../codec/ar.ts';
import { archiveTruncated } from '../../codec/archive-error.ts';
import { decompress } from '../../codec/decompress.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { KnownCompressions } from './package-archives.ts';

/** As of packages that are read: `readPackage` was content with them before. */
const LIMIT_BYTES = 512 * 1024 ** 2;

/** An archive of a package. */
export interface ArchiveMember {
  /** Such as `data.tar.xz`. */
  readonly name: string;
  readonly packed: Uint8Array;
  /** What it unpacks to. @throws ARCHIVE_* */
  unpack(): Promise<Uint8Array>;
}

/** Members by their names. @throws ARCHIVE_TRUNCATED, ARCHIVE_CORRUPT */
export function readArMembers(bytes: Uint8Array, name: string): ReadonlyMap<string, Uint8Array> {
  const members = new Map<string, Uint8Array>();
  if (!isAr(bytes)) return members;
  for (let at = AR_MAGIC.length; at < bytes.length; ) {
    const header = bytes.subarray(at, at + AR_HEADER_BYTES);
    if (header.length < AR_HEADER_BYTES) throw archiveTruncated(name, 'it ends inside a header');
    const { name: memberName, sizeBytes } = parseArHeader(header, { name });
    const start = at + AR_HEADER_BYTES;
    members.set(memberName, bytes.subarray(start, start + sizeBytes));
    at = start + arPaddedBytes(sizeBytes);
  }
  return members;
}

/** The archive whose name begins with `part`, `control.tar` or `data.tar`. @throws PACKAGE_INVALID where there is none */
export function archiveMember(
  members: ReadonlyMap<string, Uint8Array>,
  part: string,
  { name, known }: { readonly name: string; readonly known: KnownCompressions },
): ArchiveMember {
  for (const [memberName, packed] of members) {
    const compression = memberName.startsWith(part) ? known.get(memberName.slice(part.length)) : undefined;
    if (compression === undefined) continue;
    const unpack = async (): Promise<Uint8Array> => {
      const pieces: Uint8Array[] = [];
      const context = { name: `${name}: ${memberName}`, limitBytes: LIMIT_BYTES };
      for await (const piece of decompress(compression, packed, context)) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    };
    return { name: memberName, packed, unpack };
  }
  throw new PakhusError('PACKAGE_INVALID', `${name} cannot be repacked: there is no ${part} in it`, {
    details: { name },
  });
}
