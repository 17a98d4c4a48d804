/** From the form of Yocto (ar) to the one that opkg of OpenWrt takes: the same two archives, with gzip. */
import { archiveMember, readArMembers } from '../shared/ar-members.ts';
import type { KnownCompressions } from '../shared/package-archives.ts';
import { packIpk } from './write-ipk.ts';

const COMPRESSIONS: KnownCompressions = new Map([
  ['', 'none'],
  ['.gz', 'gzip'],
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
]);

/** The same package in the other form; the same bytes give the same bytes. All of it is in memory. @throws ARCHIVE_*, PACKAGE_INVALID */
export async function repackIpk(bytes: Uint8Array, { name }: { readonly name: string }): Promise<Uint8Array> {
  const members = readArMembers(bytes, name);
  const unpacked = (part: string): Promise<Uint8Array> =>
    archiveMember(members, part, { name, known: COMPRESSIONS }).unpack();
  const archives = { control: await unpacked('control.tar'), data: await unpacked('data.tar') };
  return packIpk(archives, { mtimeSeconds: 0 });
}
