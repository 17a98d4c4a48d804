/**
 * Reads a binary package of dpkg or wpkg: deb(5). One ascending pass to the last byte, with little memory however large the file.
 *
 * ```
 * !<arch>
 * debian-binary        "2.0\n"
 * control.tar[.gz …]   ./control ─▶ its bytes            _anything between the three is skipped, as dpkg does
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
import type { TarEntry } from '../../codec/tar-entry.ts';
import type { ByteSource } from '../../core/byte-source.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { type KnownCompressions, readControlArchive, readDataArchive } from './package-archives.ts';
import { createSequentialReader, type SequentialReader } from './sequential-reader.ts';

/** What the readers of a format take. */
export interface DebArchiveRules {
  readonly control: KnownCompressions;
  readonly data: KnownCompressions;
  /** What the file is not when it is refused: `Debian package`. */
  readonly kind: string;
  /** How somebody finds out what is wrong with it. */
  readonly hint: string;
  /** Told of each entry of either archive. */
  readonly onEntry?: (archive: 'control' | 'data', entry: TarEntry) => void;
}

/** What a package has besides its files. */
export interface DebArchive {
  /** The file `control`. */
  readonly control: Uint8Array;
  /** Names of all members, in their order. */
  readonly members: readonly string[];
}

const MAX_FORMAT_BYTES = 1024;
const SMALL_SKIP_BYTES = 65_536;

/**
 * Files of up to 1 MiB are read at once, and without waiting where `source` does not.
 * Fails with PACKAGE_INVALID, ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE, ARCHIVE_UNSAFE_PATH.
 */
export async function readDebArchive(source: ByteSource, rules: DebArchiveRules): Promise<DebArchive> {
  const { name } = source;
  const { onEntry } = rules;
  const reader = createSequentialReader(source);
  await expectMagic(source, { reader, rules });
  const members: string[] = [];
  let seen: 'nothing' | 'format' | 'control' | 'data' = 'nothing';
  let control: Uint8Array | undefined;
  while (reader.left() > 0) {
    const member = await nextMember(source, reader);
    const part = partOf(member.name);
    const input = (archive: 'control' | 'data') => ({
      name: `${name}: ${member.name}`,
      sizeBytes: member.sizeBytes,
      reader,
      known: rules[archive],
      ...(onEntry && { onEntry: (entry: TarEntry) => onEntry(archive, entry) }),
    });
    if (seen === 'nothing') {
      if (member.name !== 'debian-binary')
        throw notADeb(name, { rules, reason: `its first member is ${member.name}` });
      await expectFormat(name, { member, reader, rules });
      seen = 'format';
    } else if (part === 'control' && seen === 'format') {
      control = await readControlArchive(member.name, input('control'));
      seen = 'control';
    } else if (part === 'data' && seen === 'control') {
      await readDataArchive(member.name, input('data'));
      seen = 'data';
    } else if (part === 'other' && (seen === 'data' || member.name.startsWith('_'))) {
      await skip(reader, member.sizeBytes);
    } else {
      const { after, next } = EXPECTED[seen];
      throw notADeb(name, { rules, reason: `after ${after} comes ${member.name}, expected ${next}` });
    }
    members.push(member.name);
    // The byte that makes the size even may be missing at the end of the file.
    await skip(reader, Math.min(arPaddedBytes(member.sizeBytes) - member.sizeBytes, reader.left()));
  }
  if (control === undefined || seen !== 'data') {
    const { after, next } = EXPECTED[seen];
    throw notADeb(name, { rules, reason: `it ends after ${after}, without ${next}` });
  }
  return { control, members };
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

interface Reading {
  readonly reader: SequentialReader;
  readonly rules: DebArchiveRules;
}

async function expectMagic(source: ByteSource, { reader, rules }: Reading): Promise<void> {
  if (source.sizeBytes === 0) {
    throw new PakhusError('ARCHIVE_TRUNCATED', `${source.name} is empty (0 bytes)`, {
      hint: 'Build or download the file again.',
      details: { name: source.name },
    });
  }
  if (source.sizeBytes < AR_MAGIC.length || !isAr(await reader.take(AR_MAGIC.length))) {
    const reason = 'it does not begin with "!<arch>\\n", so it may be an error page or another file';
    throw notADeb(source.name, { rules, reason });
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

async function expectFormat(
  name: string,
  { member, reader, rules }: Reading & { readonly member: ArMember },
): Promise<void> {
  const length = Math.min(member.sizeBytes, MAX_FORMAT_BYTES);
  const version = Buffer.from(await reader.take(length)).toString('latin1');
  if (length === member.sizeBytes && /^2\.[0-9]+\n/.test(version)) return;
  const reason = `debian-binary says ${JSON.stringify(version.slice(0, 20))}, expected "2.0\\n"`;
  throw notADeb(name, { rules, reason });
}

async function skip(reader: SequentialReader, length: number): Promise<void> {
  if (length <= SMALL_SKIP_BYTES) await reader.take(length);
  else for await (const _ of reader.pieces(length));
}

function notADeb(
  name: string,
  { rules, reason }: { readonly rules: DebArchiveRules; readonly reason: string },
): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${name} is no ${rules.kind}: ${reason}`, {
    hint: rules.hint,
    details: { name },
  });
}

function truncated(name: string, reason: string): PakhusError {
  return new PakhusError('ARCHIVE_TRUNCATED', `${name} is truncated: ${reason}`, {
    hint: 'Build or download the file again.',
    details: { name },
  });
}
