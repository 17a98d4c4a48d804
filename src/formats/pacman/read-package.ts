/**
 * Reads a package: one ascending pass to the last byte, with little memory however large the file.
 *
 * ```
 * zstd | xz | gzip | bzip2 | plain ( tar( .BUILDINFO .CHANGELOG? .INSTALL? .MTREE .PKGINFO  usr/ usr/bin/ … ) )
 * ```
 * The compression is told by the first bytes, as pacman does; the name of the file says nothing.
 */
import { archiveTooLarge, archiveTruncated } from '../../codec/archive-error.ts';
import { type CompressionEncoding, sniffEncoding } from '../../codec/compression-encoding.ts';
import { decompress } from '../../codec/decompress.ts';
import type { TarEntry } from '../../codec/tar-entry.ts';
import { escapesFolder } from '../../codec/tar-path.ts';
import { createTarReader } from '../../codec/tar-reader.ts';
import type { ByteSource } from '../../core/byte-source.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint, PackageMeta } from '../format.ts';
import { createPieceReader } from '../shared/piece-reader.ts';
import { createSequentialReader } from '../shared/sequential-reader.ts';
import { listFiles } from './file-list.ts';
import { metaOf } from './meta.ts';

const MAX_PKGINFO_BYTES = 16 * 1024 ** 2;
const MAX_ENTRIES = 1_000_000;
const MAX_EXTENSION_BYTES = 64 * 1024 ** 2;
/** Real packages shrink 2 to 20 times; xz reaches 7,000 times on zeros. So the work takes seconds. */
const FREE_BYTES = 512 * 1024 ** 2;
const RATIO = 200;
/** Files up to this size are unpacked at once. */
const IN_MEMORY_BYTES = 1_048_576;

/** What pacman unpacks, and what such files are called. */
export const SUFFIXES: Readonly<Partial<Record<CompressionEncoding, string>>> = {
  zstd: '.zst',
  xz: '.xz',
  gzip: '.gz',
  bzip2: '.bz2',
  none: '',
};

/** Members that say something of the package; what else begins with a dot, pacman does not install. */
const OWN_MEMBERS = ['.BUILDINFO', '.CHANGELOG', '.INSTALL', '.MTREE', '.PKGINFO'];

/** Fails with PACKAGE_INVALID, ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE, ARCHIVE_UNSAFE_PATH. */
export async function readPackage(source: ByteSource): Promise<PackageMeta> {
  const { name, sizeBytes } = source;
  if (sizeBytes === 0) throw archiveTruncated(name, 'it is empty (0 bytes)');
  const all = createPieceReader(createSequentialReader(source).pieces(sizeBytes), { name });
  const compression = sniffEncoding(await all.peek());
  const suffix = SUFFIXES[compression];
  if (suffix === undefined) throw notAPackage(name, 'pacman does not know its compression');
  const limitBytes = Math.max(FREE_BYTES, RATIO * sizeBytes);
  const packed = sizeBytes <= IN_MEMORY_BYTES ? await all.take(sizeBytes) : all.pieces(sizeBytes);
  const members = createMembers(name);
  for await (const piece of decompress(compression, packed, { name, limitBytes })) members.push(piece);
  const { pkginfo, paths, lints } = members.end();
  return metaOf(pkginfo, { name, suffix, files: listFiles(paths), lints });
}

interface Members {
  readonly pkginfo: Uint8Array;
  readonly paths: readonly string[];
  readonly lints: readonly Lint[];
}

/** Takes the bytes of the archive and keeps what counts. */
function createMembers(name: string): { push(piece: Uint8Array): void; end(): Members } {
  const paths: string[] = [];
  const seen = new Set<string>();
  const pkginfo: Uint8Array[] = [];
  let notUtf8 = 0;

  const onEntry = (entry: TarEntry) => {
    refuseEscape(name, entry);
    const { path, type, sizeBytes } = entry;
    if (!entry.isUtf8) notUtf8 += 1;
    // pacman looks for them by these very names: "./.PKGINFO" is none.
    if (!OWN_MEMBERS.includes(path)) {
      paths.push(path);
      return undefined;
    }
    if (seen.has(path)) throw notAPackage(name, `${path} is there twice`);
    seen.add(path);
    if (type !== 'file') throw notAPackage(name, `${path} is a ${type}, expected a regular file`);
    if (path !== '.PKGINFO') return undefined;
    if (sizeBytes > MAX_PKGINFO_BYTES)
      throw archiveTooLarge(name, { what: '.PKGINFO', limit: MAX_PKGINFO_BYTES });
    // A piece is only lent.
    return (piece: Uint8Array) => {
      pkginfo.push(Buffer.from(piece));
    };
  };
  const limits = { entries: MAX_ENTRIES, metadataBytes: MAX_EXTENSION_BYTES };
  const tar = createTarReader({ name, limits, onEntry });
  return {
    push: (piece) => tar.push(piece),
    end() {
      tar.end();
      if (!seen.has('.PKGINFO')) throw notAPackage(name, 'there is no .PKGINFO in it');
      return { pkginfo: Buffer.concat(pkginfo), paths, lints: lintMembers({ seen, notUtf8 }) };
    },
  };
}

function lintMembers({
  seen,
  notUtf8,
}: {
  readonly seen: ReadonlySet<string>;
  readonly notUtf8: number;
}): readonly Lint[] {
  const lints: Lint[] = [];
  if (!seen.has('.MTREE'))
    lints.push({
      code: 'pacman-no-mtree',
      message: 'it has no .MTREE, so pacman -Qkk cannot check its files once they are installed',
    });
  if (notUtf8 > 0)
    lints.push({
      code: 'pacman-path-not-utf8',
      message: `${notUtf8} paths are not UTF-8; the list of files has a replacement character there`,
    });
  return lints;
}

function refuseEscape(name: string, { path, type, linkPath }: TarEntry): void {
  // Symbolic links point where they like; a hard link is followed when it is unpacked.
  const bad = [path, ...(type === 'hardLink' ? [linkPath] : [])].find(escapesFolder);
  if (bad === undefined) return;
  throw new PakhusError(
    'ARCHIVE_UNSAFE_PATH',
    `${name}: path ${JSON.stringify(bad.slice(0, 200))} leaves its folder`,
    { hint: 'No honest package has such a path: do not use this file.', details: { name, path: bad } },
  );
}

function notAPackage(name: string, reason: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${name} is no pacman package: ${reason}`, {
    hint: 'Build it again with makepkg, or download it again.',
    details: { name },
  });
}
