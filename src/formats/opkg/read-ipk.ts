/**
 * Reads a package: one ascending pass to the last byte, with little memory however large the file.
 *
 * ```
 * OpenWrt     gzip( tar( ./debian-binary, ./data.tar.gz, ./control.tar.gz ) )      in any order, "./" or not
 * Yocto       ar( debian-binary, data.tar.gz, control.tar.gz )                     refused by opkg of OpenWrt: a lint says so
 * ```
 */
import { AR_HEADER_BYTES, AR_MAGIC, arPaddedBytes, isAr, parseArHeader } from '../../codec/ar.ts';
import { archiveTruncated } from '../../codec/archive-error.ts';
import { decompress } from '../../codec/decompress.ts';
import { parseTarHeader, TAR_BLOCK_BYTES } from '../../codec/tar-header.ts';
import type { ByteSource } from '../../core/byte-source.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint, PackageMeta } from '../format.ts';
import {
  type KnownCompressions,
  type MemberInput,
  readControlArchive,
  readDataArchive,
} from '../shared/package-archives.ts';
import { isGzip } from '../shared/peek-tar.ts';
import { createPieceReader, type PieceReader } from '../shared/piece-reader.ts';
import { createSequentialReader } from '../shared/sequential-reader.ts';
import { readControl } from './control.ts';

/** opkg of OpenWrt unpacks with gzip only. */
const GZIP_ONLY: KnownCompressions = new Map([['.gz', 'gzip']]);
const YOCTO: KnownCompressions = new Map([
  ['', 'none'],
  ['.gz', 'gzip'],
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
]);
const MAX_FORMAT_BYTES = 1024;
/** The members are compressed already, so the outer gzip takes off next to nothing; headers take little. */
const OUTER_RATIO = 4;
const OUTER_FREE_BYTES = 16 * 1024 ** 2;
/** Files up to this size are unpacked at once. */
const IN_MEMORY_BYTES = 1_048_576;
/** More than three are not needed; extensions count too. */
const MAX_MEMBERS = 100;
/** Types of tar headers that describe the next entry. */
const EXTENSIONS = ['x', 'g', 'L', 'K'];

/** Fails with PACKAGE_INVALID, ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE, ARCHIVE_UNSAFE_PATH. */
export async function readIpk(source: ByteSource): Promise<PackageMeta> {
  const { name, sizeBytes } = source;
  const reader = createSequentialReader(source);
  if (sizeBytes === 0) throw archiveTruncated(name, 'it is empty (0 bytes)');
  const all = createPieceReader(reader.pieces(sizeBytes), { name });
  const head = await all.peek();
  if (isAr(head)) return readMembers(source, { next: arMembers(name, all), known: YOCTO, isAr: true });
  if (!isGzip(head)) throw notAnIpk(name, 'it is not compressed with gzip, so opkg calls it malformed');
  const limitBytes = OUTER_FREE_BYTES + OUTER_RATIO * sizeBytes;
  const packed = sizeBytes <= IN_MEMORY_BYTES ? await all.take(sizeBytes) : all.pieces(sizeBytes);
  const outer = createPieceReader(decompress('gzip', packed, { name, limitBytes }), { name });
  return readMembers(source, { next: tarMembers(name, outer), known: GZIP_ONLY, isAr: false });
}

/** A member of the outer archive, to be read before the next one is asked for. */
interface Member {
  readonly name: string;
  readonly sizeBytes: number;
  readonly reader: MemberInput['reader'];
  /** A header that only describes the next member. */
  readonly isExtension: boolean;
}

async function readMembers(
  { name }: ByteSource,
  outer: { readonly next: AsyncIterable<Member>; readonly known: KnownCompressions; readonly isAr: boolean },
): Promise<PackageMeta> {
  const seen = new Set<string>();
  let control: Uint8Array | undefined;
  let hasPax = false;
  let members = 0;
  const once = (part: string): void => {
    if (seen.has(part)) throw notAnIpk(name, `${part} is there twice`);
    seen.add(part);
  };
  const onExtension = (typeFlag: string): void => {
    hasPax ||= typeFlag === 'x' || typeFlag === 'g';
  };
  for await (const member of outer.next) {
    members += 1;
    if (members > MAX_MEMBERS) throw notAnIpk(name, `it has more than ${MAX_MEMBERS} members`);
    const { reader, sizeBytes } = member;
    const input = { name: `${name}: ${member.name}`, sizeBytes, reader, known: outer.known, onExtension };
    if (member.isExtension) {
      onExtension(member.name);
      await skip(member);
    } else if (member.name === 'debian-binary') {
      once('debian-binary');
      await expectFormat(name, member);
    } else if (member.name.startsWith('control.tar')) {
      once('control.tar');
      control = await readControlArchive(member.name, input);
    } else if (member.name.startsWith('data.tar')) {
      once('data.tar');
      await readDataArchive(member.name, input);
    } else await skip(member);
  }
  for (const part of ['debian-binary', 'control.tar', 'data.tar'])
    if (!seen.has(part)) throw notAnIpk(name, `there is no ${part} in it`);
  if (control === undefined) throw notAnIpk(name, 'there is no control.tar in it');
  const meta = readControl(control, { name });
  return { ...meta, lints: [...meta.lints, ...formLints({ hasPax, isAr: outer.isAr })] };
}

function formLints({ hasPax, isAr: isOld }: { readonly hasPax: boolean; readonly isAr: boolean }): Lint[] {
  const lints: Lint[] = [];
  if (isOld) {
    const message =
      'opkg of OpenWrt refuses this form (ar); `pakhus publish --repack` publishes it in the other one';
    lints.push({ code: 'opkg-ar', message, cure: 'repack' });
  }
  if (hasPax) {
    const message = 'opkg does not read pax headers, and loses long file names that are in them';
    lints.push({ code: 'opkg-pax', message });
  }
  return lints;
}

async function* arMembers(name: string, all: PieceReader): AsyncGenerator<Member> {
  await all.take(AR_MAGIC.length);
  while (!(await all.isAtEnd())) {
    const { name: memberName, sizeBytes } = parseArHeader(await all.take(AR_HEADER_BYTES), { name });
    yield { name: memberName, sizeBytes, reader: all, isExtension: false };
    // The byte that makes the size even may be missing at the end of the file.
    if (!(await all.isAtEnd())) await all.take(arPaddedBytes(sizeBytes) - sizeBytes);
  }
}

async function* tarMembers(name: string, outer: PieceReader): AsyncGenerator<Member> {
  let offset = 0;
  while (!(await outer.isAtEnd())) {
    const block = Buffer.from(await outer.take(TAR_BLOCK_BYTES));
    const header = parseTarHeader(block, { start: 0, name, offset });
    if (header === undefined) break;
    const { sizeBytes, typeFlag } = header;
    if (!Number.isSafeInteger(sizeBytes)) throw notAnIpk(name, 'a member has no possible size');
    const isExtension = EXTENSIONS.includes(typeFlag);
    const isFile = typeFlag === '0' || typeFlag === '\0' || typeFlag === '7';
    const path = header.path.text.replace(/^(\.\/)+/, '').replace(/^\/+/, '');
    const memberName = isExtension ? typeFlag : isFile ? path : '';
    yield { name: memberName, sizeBytes: isExtension || isFile ? sizeBytes : 0, reader: outer, isExtension };
    const padding = (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
    if (isExtension || isFile) await outer.take(padding);
    offset += TAR_BLOCK_BYTES + sizeBytes + padding;
  }
  await outer.drain();
}

async function expectFormat(name: string, { sizeBytes, reader }: Member): Promise<void> {
  if (sizeBytes > MAX_FORMAT_BYTES) throw notAnIpk(name, `debian-binary has ${sizeBytes} bytes`);
  const version = Buffer.from(await reader.take(sizeBytes)).toString('latin1');
  if (!/^2\.[0-9]+\n/.test(version))
    throw notAnIpk(name, `debian-binary says ${JSON.stringify(version.slice(0, 20))}, expected "2.0\\n"`);
}

async function skip({ sizeBytes, reader }: Member): Promise<void> {
  for await (const _ of reader.pieces(sizeBytes));
}

function notAnIpk(name: string, reason: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${name} is no opkg package: ${reason}`, {
    hint: 'Build it again with ipkg-build of OpenWrt, or download it again.',
    details: { name },
  });
}
