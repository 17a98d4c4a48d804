/**
 * Databases that others made: what repo-add writes, and Arch's own. Bytes of the archive come unpacked, in pieces of any size; packages
 * come at the end, because nothing says that the files of one stand together.
 *
 * ```
 * wicket-1.0-1/desc       all of it but the list of files    ─┐
 * wicket-1.0-1/depends    more of the same, until 2013       ─┼─▶ a record, as if the package had been read
 * wicket-1.0-1/files      in <name>.files only               ─┘
 * ```
 * Everything in it was written by a stranger: a package that pakhus could not list itself is told as bad, with the reason.
 */
import { archiveTooLarge } from '../../codec/archive-error.ts';
import type { TarEntry } from '../../codec/tar-entry.ts';
import { createTarReader } from '../../codec/tar-reader.ts';
import type { BadEntry, ListedPackage } from '../adoption.ts';
import { type Desc, parseBlocks, toDesc, writeMetadata } from './desc.ts';
import { architectureProblem, nameProblem, versionProblem } from './names.ts';

/** Arch's largest has 15,000 packages, each with three entries. */
const MAX_ENTRIES = 1_000_000;
const MAX_EXTENSION_BYTES = 64 * 1024 ** 2;
/** The list of a million paths. */
const MAX_FILE_BYTES = 128 * 1024 ** 2;

const MEMBERS = ['desc', 'depends', 'files'] as const;
type Member = (typeof MEMBERS)[number];

export interface DatabaseReader {
  /** @throws ARCHIVE_CORRUPT, ARCHIVE_TOO_LARGE */
  push(piece: Uint8Array): void;
  /** Says that nothing follows. @throws ARCHIVE_TRUNCATED */
  end(): { readonly packages: readonly ListedPackage[]; readonly bad: readonly BadEntry[] };
}

/** @param options `name`: of the archive, for messages; `folder`: where it lies below the repository's folder, without a final slash. */
export function createDatabaseReader(options: {
  readonly name: string;
  readonly folder: string;
}): DatabaseReader {
  const { name, folder } = options;
  const found = new Map<string, Map<Member, Buffer[]>>();
  const bad: BadEntry[] = [];

  const onEntry = ({ path, type, sizeBytes }: TarEntry): ((piece: Uint8Array) => void) | undefined => {
    if (type === 'directory') return undefined;
    const [, entry = '', last] = /^(?:\.\/)?([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const member = MEMBERS.find((one) => one === last);
    if (type !== 'file' || member === undefined) {
      bad.push({ where: path, problem: 'a database has no such file' });
      return undefined;
    }
    if (sizeBytes > MAX_FILE_BYTES) throw archiveTooLarge(name, { what: path, limit: MAX_FILE_BYTES });
    const members = found.get(entry) ?? new Map<Member, Buffer[]>();
    found.set(entry, members);
    if (members.has(member)) bad.push({ where: path, problem: 'it is there twice' });
    const pieces: Buffer[] = [];
    members.set(member, pieces);
    // A piece is only lent.
    return (piece) => void pieces.push(Buffer.from(piece));
  };
  const limits = { entries: MAX_ENTRIES, metadataBytes: MAX_EXTENSION_BYTES };
  const tar = createTarReader({ name, limits, onEntry });
  return {
    push: (piece) => tar.push(piece),
    end() {
      tar.end();
      const packages: ListedPackage[] = [];
      const names = new Set<string>();
      for (const [entry, members] of found) {
        const text = (member: Member): string => Buffer.concat(members.get(member) ?? []).toString('utf8');
        const read = packageOf(`${text('desc')}\n\n${text('depends')}`, {
          entry,
          folder,
          files: text('files'),
        });
        if (typeof read === 'string') bad.push({ where: entry, problem: read });
        else if (names.has(read.record.name)) bad.push({ where: entry, problem: 'its name is there twice' });
        else {
          names.add(read.record.name);
          packages.push(read);
        }
      }
      return { packages, bad };
    },
  };
}

/** A text: why it cannot be listed. */
function packageOf(
  text: string,
  { entry, folder, files }: { readonly entry: string; readonly folder: string; readonly files: string },
): ListedPackage | string {
  const blocks = parseBlocks(text);
  const one = (key: string): string => blocks.get(key)?.[0] ?? '';
  const [fileName, name, version, architecture] = ['FILENAME', 'NAME', 'VERSION', 'ARCH'].map(one) as [
    string,
    string,
    string,
    string,
  ];
  const [size, sha256] = [one('CSIZE'), one('SHA256SUM').toLowerCase()];
  const problems = [
    ['NAME', nameProblem(name)],
    ['VERSION', versionProblem(version)],
    ['ARCH', architectureProblem(architecture)],
    [
      'FILENAME',
      /^[^./][^/\p{Cc}]{0,254}$/u.test(fileName) ? undefined : 'it names no file beside the database',
    ],
    ['CSIZE', /^[0-9]{1,15}$/.test(size) ? undefined : 'expected a whole number'],
    ['SHA256SUM', /^[0-9a-f]{64}$/.test(sha256) ? undefined : 'expected 64 hexadecimal digits'],
    ['ISIZE', /^[0-9]{0,18}$/.test(one('ISIZE')) ? undefined : 'expected a whole number'],
    ['BUILDDATE', /^[0-9]{0,18}$/.test(one('BUILDDATE')) ? undefined : 'expected a whole number'],
  ] as const;
  for (const [key, problem] of problems) if (problem !== undefined) return `%${key}%: ${problem}`;
  if (entry !== `${name}-${version}`) return `it describes ${name}-${version}`;
  const path = folder === '' ? fileName : `${folder}/${fileName}`;
  const { CSIZE: _, SHA256SUM: __, ...desc }: Desc = toDesc(blocks);
  const metadata = writeMetadata(desc, parseBlocks(files).get('FILES') ?? []);
  const sizeBytes = Number(size);
  return { slot: architecture, record: { name, version, architecture, path, sizeBytes, sha256, metadata } };
}
