/** Reads a `.deb` or `.udeb` as dpkg does. */
import type { ByteSource } from '../../core/byte-source.ts';
import type { Lint, PackageMeta } from '../format.ts';
import type { KnownCompressions } from '../shared/package-archives.ts';
import { readDebArchive } from '../shared/read-deb-archive.ts';
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

/** Fails with PACKAGE_INVALID, ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_TOO_LARGE, ARCHIVE_UNSAFE_PATH. */
export async function readDeb(source: ByteSource): Promise<PackageMeta> {
  const { control, members } = await readDebArchive(source, {
    control: CONTROL_COMPRESSIONS,
    data: DATA_COMPRESSIONS,
    kind: 'Debian package',
    hint: 'Build or download the file again. dpkg-deb --info tells what dpkg makes of it.',
  });
  const meta = readControl(control, { name: source.name });
  const lints = members.flatMap(lintMember);
  return lints.length === 0 ? meta : { ...meta, lints: [...meta.lints, ...lints] };
}

function lintMember(memberName: string): readonly Lint[] {
  if (!/^(control|data)\.tar\.zst$/.test(memberName)) return [];
  return [{ code: 'deb-zstd', message: `${memberName}: dpkg of Debian 11 and older cannot read it` }];
}
