/** From `.PKGINFO` and the list of files to what a repository knows of a package. */
import type { Lint, PackageMeta } from '../format.ts';
import { descOf, writeMetadata } from './desc.ts';
import { architectureProblem, nameProblem, versionProblem } from './names.ts';
import { invalid, parsePkginfo } from './pkginfo.ts';

const MAX_FILE_NAME_BYTES = 255;
/** pacman reads lines of up to 512 KiB; a list of a million files has some 60 MB. */
const MAX_METADATA_BYTES = 64 * 1024 ** 2;

/** Numbers that pacman reads; anything else would count as 0. */
const NUMBERS = ['size', 'builddate'] as const;

/** Fails with PACKAGE_INVALID. `name`: the package file; `suffix`: of its compression. */
export function metaOf(
  pkginfo: Uint8Array,
  from: {
    readonly name: string;
    readonly suffix: string;
    readonly files: readonly string[];
    readonly lints: readonly Lint[];
  },
): PackageMeta {
  const { name: file, suffix, files } = from;
  const info = parsePkginfo(pkginfo, { name: file });
  const { pkgname: name, pkgver: version, arch: architecture } = info.naming;
  const checks = [
    ['pkgname', name, nameProblem(name)],
    ['pkgver', version, versionProblem(version)],
    ['arch', architecture, architectureProblem(architecture)],
  ] as const;
  for (const [key, value, problem] of checks)
    if (problem !== undefined) throw invalid(file, `${key} ${JSON.stringify(value.slice(0, 80))}`, problem);
  for (const key of NUMBERS) {
    const value = info.single[key];
    if (value !== undefined && !/^[0-9]{1,18}$/.test(value))
      throw invalid(file, `${key} ${JSON.stringify(value.slice(0, 80))}`, 'expected a whole number');
  }
  const fileName = `${name}-${version}-${architecture}.pkg.tar${suffix}`;
  if (fileName.length > MAX_FILE_NAME_BYTES)
    throw invalid(file, 'pkgver', `the file name would have more than ${MAX_FILE_NAME_BYTES} bytes`);
  const metadata = writeMetadata(descOf(info, { fileName }), files);
  if (Buffer.byteLength(metadata) > MAX_METADATA_BYTES)
    throw invalid(file, 'files', `their paths have more than ${MAX_METADATA_BYTES} bytes`);
  const lints = [...info.lints, ...from.lints];
  return { name, version, architecture, slot: architecture, metadata, lints };
}
