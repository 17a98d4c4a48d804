/** Reads a `.deb` as wpkg does: the archives of dpkg, in fewer compressions, with `md5sums` in every package. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../../core/byte-source.ts';
import type { Lint, PackageMeta } from '../format.ts';
import { type KnownCompressions, plainPath } from '../shared/package-archives.ts';
import { readDebArchive } from '../shared/read-deb-archive.ts';
import { readControl } from './control.ts';

/** What wpkg reads, and what it does not, so that it can be repacked. */
export const COMPRESSIONS: KnownCompressions = new Map([
  ['', 'none'],
  ['.gz', 'gzip'],
  ['.bz2', 'bzip2'],
  ['.zst', 'zstd'],
  ['.xz', 'xz'],
  ['.lzma', 'lzma'],
]);

/** Names of members that wpkg does not read. */
export const UNREADABLE: RegExp = /^(?:control|data)\.tar\.(?:xz|lzma)$/;

/** What the two archives of a package hold. */
interface Contents {
  hasMd5sums: boolean;
  /** A folder, or anything else that wpkg does not expect beside the control file. */
  stray: string | undefined;
  dataEntries: number;
  controlSeconds: number;
}

/** Fails with PACKAGE_INVALID, ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE, ARCHIVE_UNSAFE_PATH. */
export async function readWpkg(source: ByteSource): Promise<PackageMeta> {
  const { name, sizeBytes } = source;
  const md5 = createHash('md5');
  const contents: Contents = { hasMd5sums: false, stray: undefined, dataEntries: 0, controlSeconds: 0 };
  const { control, members } = await readDebArchive(hashed(source, md5), {
    control: COMPRESSIONS,
    data: COMPRESSIONS,
    kind: 'package of wpkg',
    hint: 'Build it again with wpkg --build, or download it again.',
    onEntry: (archive, { path, type, mtimeSeconds }) => {
      const plain = plainPath(path);
      if (archive === 'data') contents.dataEntries += 1;
      else if (plain === 'md5sums') contents.hasMd5sums = true;
      else if (plain === 'control') contents.controlSeconds = mtimeSeconds;
      if (archive === 'control' && plain !== '' && (type !== 'file' || plain.includes('/')))
        contents.stray ??= path;
    },
  });
  const facts = { name, sizeBytes, md5: md5.digest('hex'), mtimeSeconds: inRange(contents.controlSeconds) };
  const meta = readControl(control, facts);
  return { ...meta, lints: [...meta.lints, ...lintArchives(members, contents)] };
}

function hashed(source: ByteSource, md5: ReturnType<typeof createHash>): ByteSource {
  const noted = (bytes: Uint8Array): Uint8Array => {
    md5.update(bytes);
    return bytes;
  };
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    read(offset, length) {
      const bytes = source.read(offset, length);
      return bytes instanceof Uint8Array ? noted(bytes) : bytes.then(noted);
    },
  };
}

/** Octal digits in a tar header end in the year 2242. */
function inRange(seconds: number): number {
  return Math.min(Math.max(seconds, 0), 0o77777777777);
}

function lintArchives(members: readonly string[], contents: Contents): readonly Lint[] {
  const lint = (code: string, message: string): Lint => ({ code, message, cure: 'repack', blocks: true });
  const unreadable = members.filter((member) => UNREADABLE.test(member));
  return [
    ...(unreadable.length > 0
      ? [lint('wpkg-compression', `wpkg cannot read ${unreadable.join(' and ')}: it knows no xz and no lzma`)]
      : []),
    ...(contents.hasMd5sums
      ? []
      : [lint('wpkg-no-md5sums', 'wpkg installs no package without md5sums, and there is none in it')]),
    ...(contents.stray === undefined
      ? []
      : [lint('wpkg-control-files', `wpkg takes only files in control.tar, and there is ${contents.stray}`)]),
    ...(contents.dataEntries === 0
      ? [
          {
            code: 'wpkg-empty',
            message: 'data.tar is empty, and wpkg installs no such package',
            blocks: true as const,
          },
        ]
      : []),
  ];
}
