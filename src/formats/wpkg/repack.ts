/**
 * From a `.deb` that wpkg stumbles over to one that it installs:
 *
 * ```
 * control.tar.xz   ./control    fields that wpkg refuses are left out or shortened  ─▶ control.tar.gz
 *                  ./md5sums    made where there is none
 * data.tar.xz                   unpacked, and packed with gzip                      ─▶ data.tar.gz
 * ```
 * What wpkg reads already stays byte for byte.
 */
import { createHash, type Hash } from 'node:crypto';
import { constants, gzipSync } from 'node:zlib';
import { writeAr } from '../../codec/ar.ts';
import { parseStanza } from '../../codec/deb822.ts';
import type { TarEntry } from '../../codec/tar-entry.ts';
import { createTarReader } from '../../codec/tar-reader.ts';
import { type TarWriteEntry, writeTar } from '../../codec/tar-writer.ts';
import { type ArchiveMember, archiveMember, readArMembers } from '../shared/ar-members.ts';
import { decodeControl } from '../shared/control-text.ts';
import { plainPath } from '../shared/package-archives.ts';
import { findFieldProblems } from './field-rules.ts';
import { COMPRESSIONS, UNREADABLE } from './read-wpkg.ts';

/** `readPackage` was content with it before. */
const LIMITS = { entries: 5_000_000, metadataBytes: 512 * 1024 ** 2 };

/** The same package as wpkg takes it; the same bytes give the same bytes. All of it is in memory. @throws ARCHIVE_*, PACKAGE_INVALID */
export async function repackWpkg(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): Promise<Uint8Array> {
  const members = readArMembers(bytes, name);
  const member = (part: string): ArchiveMember => archiveMember(members, part, { name, known: COMPRESSIONS });
  const [control, data] = [member('control.tar'), member('data.tar')];
  const files = readControlFiles(await control.unpack(), name);
  const mtimeSeconds = Math.max(files.get('control')?.entry.mtimeSeconds ?? 0, 0);
  const unpacked = UNREADABLE.test(data.name) || !files.has('md5sums') ? await data.unpack() : undefined;
  const entries: TarWriteEntry[] = [{ path: './', type: 'directory' }];
  for (const [path, { entry, bytes: content }] of files) {
    const written = path === 'control' ? cureControl(content, name) : content;
    entries.push({ path: `./${path}`, bytes: written, mode: entry.mode });
  }
  if (!files.has('md5sums') && unpacked !== undefined)
    entries.push({ path: './md5sums', bytes: md5sumsOf(unpacked, name) });
  const isFine = unpacked === undefined || !UNREADABLE.test(data.name);
  return writeAr(
    [
      { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', bytes: gzip(writeTar(entries, { mtimeSeconds })) },
      isFine ? { name: data.name, bytes: data.packed } : { name: 'data.tar.gz', bytes: gzip(unpacked) },
    ],
    { mtimeSeconds },
  );
}

interface ControlFile {
  readonly entry: TarEntry;
  readonly bytes: Uint8Array;
}

/** The files beside `control`; folders and links are left out, for wpkg takes none. */
function readControlFiles(tar: Uint8Array, name: string): ReadonlyMap<string, ControlFile> {
  const files = new Map<string, ControlFile>();
  const reader = createTarReader({
    name: `${name}: control.tar`,
    limits: LIMITS,
    onEntry: (entry) => {
      const path = plainPath(entry.path);
      if (entry.type !== 'file' || path.includes('/')) return undefined;
      const pieces: Uint8Array[] = [];
      files.set(path, { entry, bytes: new Uint8Array() });
      return (piece) => {
        pieces.push(Buffer.from(piece));
        files.set(path, { entry, bytes: Buffer.concat(pieces) });
      };
    },
  });
  reader.push(tar);
  reader.end();
  return files;
}

/** As md5sum(1) writes them: digest, two blanks, path. */
function md5sumsOf(tar: Uint8Array, name: string): Uint8Array {
  const sums: { readonly path: string; readonly hash: Hash }[] = [];
  const reader = createTarReader({
    name: `${name}: data.tar`,
    limits: LIMITS,
    onEntry: ({ path, type }) => {
      if (type !== 'file') return undefined;
      const hash = createHash('md5');
      sums.push({ path: plainPath(path), hash });
      return (piece) => void hash.update(piece);
    },
  });
  reader.push(tar);
  reader.end();
  return Buffer.from(sums.map(({ path, hash }) => `${hash.digest('hex')}  ${path}\n`).join(''));
}

/** The control file with what wpkg takes in the place of what it does not; as it is, where nothing is wrong. */
function cureControl(bytes: Uint8Array, name: string): Uint8Array {
  const { text } = decodeControl(bytes, { name, format: 'wpkg' });
  const stanza = parseStanza(text, { name: `${name}: control` });
  const problems = findFieldProblems(stanza);
  if (problems.length === 0) return bytes;
  const lines = stanza.flatMap((field) => {
    const problem = problems.find((one) => one.field === field);
    return problem === undefined ? [field.raw] : problem.cure ? [problem.cure] : [];
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

function gzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
}
