/**
 * Reads a binary package: deb(5). One ascending pass to the last byte, with little memory however large the file.
 *
 * ```
 * !<arch>
 * debian-binary        "2.0\n"
 * control.tar[.gz …]   ./control ─▶ readControl          _anything between the three is skipped, as dpkg does
 * data.tar[.gz …]      read to its end: nothing is missing, no path leaves its folder
 * …                    further members are skipped
 * ```
 */
import {
  AR_HEADER_BYTES,
  AR_MAGIC,
  type ArMember,
  arPaddedBytes,
  isAr,
  parseArHeader,
} from '../../codec/ar.ts';
import type { ByteSource } from '../../core/byte-source.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint, PackageMeta } from '../format.ts';
import { type KnownCompressions, readControlArchive, readDataArchive } from '../shared/package-archives.ts';
import { createSequentialReader, type SequentialReader } from '../shared/sequential-reader.ts';
import { readControl } from './control.ts';

/** What dpkg reads. */
const CONTROL_COMPRESSIONS: KnownCompressions = new Map([
  ['', 'none'],
  ['.gz', 'gzip'],
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
]);
const DATA_COMPRESSIONS: KnownCompressions = new Map([
  ...CONTROL_COMPRESSIONS,
  ['.bz2', 'bzip2'],
  ['.lzma', 'lzma'],
]);
const MAX_FORMAT_BYTES = 1024;
const SMALL_SKIP_BYTES = 65_536;

/**
 * Reads a `.deb` or `.udeb`. Files of up to 1 MiB are read at once, and without waiting where `source` does not.
 * Fails with PACKAGE_INVALID, ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE, ARCHIVE_UNSAFE_PATH.
 */
export async function readDeb(source: ByteSource): Promise<PackageMeta> {
  const { name } = source;
  const reader = createSequentialReader(source);
  await expectMagic(source, reader);
  const lints: Lint[] = [];
  let seen: 'nothing' | 'format' | 'control' | 'data' = 'nothing';
  let control: Uint8Array | undefined;
  while (reader.left() > 0) {
    const member = await nextMember(source, reader);
    const part = partOf(member.name);
    const context = { name: `${name}: ${member.name}`, sizeBytes: member.sizeBytes, reader };
    if (seen === 'nothing') {
      if (member.name !== 'debian-binary') throw notADeb(name, `its first member is ${member.name}`);
      await expectFormat(name, member, reader);
      seen = 'format';
    } else if (part === 'control' && seen === 'format') {
      control = await readControlArchive(member.name, { ...context, known: CONTROL_COMPRESSIONS });
      seen = 'control';
    } else if (part === 'data' && seen === 'control') {
      await readDataArchive(member.name, { ...context, known: DATA_COMPRESSIONS });
      seen = 'data';
    } else if (part === 'other' && (seen === 'data' || member.name.startsWith('_'))) {
      await skip(reader, member.sizeBytes);
    } else {
      throw notADeb(
        name,
        `after ${EXPECTED[seen].after} comes ${member.name}, expected ${EXPECTED[seen].next}`,
      );
    }
    lints.push(...lintMember(member.name));
    // The byte that makes the size even may be missing at the end of the file.
    await skip(reader, Math.min(arPaddedBytes(member.sizeBytes) - member.sizeBytes, reader.left()));
  }
  if (control === undefined || seen !== 'data') {
    throw notADeb(name, `it ends after ${EXPECTED[seen].after}, without ${EXPECTED[seen].next}`);
  }
  const meta = readControl(control, { name });
  return lints.length === 0 ? meta : { ...meta, lints: [...meta.lints, ...lints] };
}

const EXPECTED = {
  nothing: { after: 'the magic', next: 'debian-binary' },
  format: { after: 'debian-binary', next: 'control.tar' },
  control: { after: 'control.tar', next: 'data.tar' },
  data: { after: 'data.tar', next: 'nothing of that name' },
} as const;

function partOf(memberName: string): 'control' | 'data' | 'other' {
  if (memberName.startsWith('control.tar')) return 'control';
  return memberName.startsWith('data.tar') ? 'data' : 'other';
}

async function expectMagic(source: ByteSource, reader: SequentialReader): Promise<void> {
  if (source.sizeBytes === 0) {
    throw new PakhusError('ARCHIVE_TRUNCATED', `${source.name} is empty (0 bytes)`, {
      hint: 'Build or download the file again.',
      details: { name: source.name },
    });
  }
  if (source.sizeBytes < AR_MAGIC.length || !isAr(await reader.take(AR_MAGIC.length))) {
    throw notADeb(
      source.name,
      'it does not begin with "!<arch>\\n", so it may be an error page or another file',
    );
  }
}

async function nextMember(source: ByteSource, reader: SequentialReader): Promise<ArMember> {
  const offset = source.sizeBytes - reader.left();
  if (reader.left() < AR_HEADER_BYTES)
    throw truncated(source.name, `${reader.left()} bytes follow byte ${offset}`);
  const member = parseArHeader(await reader.take(AR_HEADER_BYTES), { name: source.name });
  if (member.sizeBytes > reader.left()) {
    throw truncated(
      source.name,
      `${member.name} has ${member.sizeBytes} bytes, the file has ${reader.left()} of them`,
    );
  }
  return member;
}

async function expectFormat(name: string, member: ArMember, reader: SequentialReader): Promise<void> {
  const length = Math.min(member.sizeBytes, MAX_FORMAT_BYTES);
  const version = Buffer.from(await reader.take(length)).toString('latin1');
  if (length === member.sizeBytes && /^2\.[0-9]+\n/.test(version)) return;
  throw notADeb(name, `debian-binary says ${JSON.stringify(version.slice(0, 20))}, expected "2.0\\n"`);
}

async function skip(reader: SequentialReader, length: number): Promise<void> {
  if (length <= SMALL_SKIP_BYTES) await reader.take(length);
  else for await (const _ of reader.pieces(length));
}

function lintMember(memberName: string): readonly Lint[] {
  if (!/^(control|data)\.tar\.zst$/.test(memberName)) return [];
  return [{ code: 'deb-zstd', message: `${memberName}: dpkg of Debian 11 and older cannot read it` }];
}

function notADeb(name: string, reason: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${name} is no Debian package: ${reason}`, {
    hint: 'Build or download the file again. dpkg-deb --info tells what dpkg makes of it.',
    details: { name },
  });
}

function truncated(name: string, reason: string): PakhusError {
  return new PakhusError('ARCHIVE_TRUNCATED', `${name} is truncated: ${reason}`, {
    hint: 'Build or download the file again.',
    details: { name },
  });
}
