/**
 * Where things are in the repository's folder. A client asks for what lies beside its database, by name only, so each architecture
 * is one flat folder, which all channels share:
 *
 * ```
 * x86_64/tools.db.tar.gz, tools.db, tools.files.tar.gz, tools.files        channel stable of the repository tools
 * x86_64/tools-testing.db.tar.gz, …                                        channel testing
 * x86_64/<name>-<version>-x86_64.pkg.tar.zst, ….sig
 * x86_64/<name>-<version>-x86_64.<12 hex of its SHA-256>.pkg.tar.zst       other bytes under the same name
 * any/<name>-<version>-any.pkg.tar.zst                                     copied into the folder of every architecture
 * ```
 */
import type { Companion, IndexPlan, PackageMeta, PackagePlace, PackageRecord } from '../format.ts';
import { fileNameOf, readDesc } from './desc.ts';
import { signatures } from './signatures.ts';

/** Packages that fit every machine. */
export const INDEPENDENT = 'any';

const APART_DIGITS = 12;
const PACKAGE = /^[^/]+\/[^/]+-[^/-]+-[^/-]+-[A-Za-z0-9_]+(?:\.[0-9a-f]{12})?\.pkg\.tar(?:\.\w+)?(?:\.sig)?$/;

/** The path of a package file. */
export function packagePath(meta: PackageMeta, { sha256, apart }: PackagePlace): string {
  const usual = readDesc(meta.metadata).FILENAME?.[0] ?? '';
  const name = apart ? usual.replace('.pkg.tar', `.${sha256.slice(0, APART_DIGITS)}.pkg.tar`) : usual;
  return `${meta.architecture}/${name}`;
}

/** Beside a database: a copy of the package, where it does not lie there already; beside each of them its signature. */
export function companions(
  record: PackageRecord,
  index: Pick<IndexPlan, 'path' | 'segment'>,
): readonly Companion[] {
  if (index.segment !== 'db') return [];
  const path = `${index.path.slice(0, index.path.lastIndexOf('/'))}/${fileNameOf(record.path)}`;
  const bytes = signatures.read(record);
  const places = [...new Set([record.path, path])];
  return [
    ...(path === record.path ? [] : [{ path }]),
    ...(bytes === undefined ? [] : places.map((of) => ({ path: signatures.pathOf({ path: of }), bytes }))),
  ];
}

/** What a name that never changes is the name of: only these, and no others, are pakhus' own. */
export function kindOf(path: string): 'package' | undefined {
  return PACKAGE.test(path) ? 'package' : undefined;
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.sig$/, 'application/pgp-signature'],
  [/\.zst$/, 'application/zstd'],
  [/\.gz$/, 'application/gzip'],
  [/\.xz$/, 'application/x-xz'],
  [/\.bz2$/, 'application/x-bzip2'],
  [/\.tar$/, 'application/x-tar'],
];

/** Content type of a public file. */
export function contentType(path: string): string {
  return TYPES.find(([pattern]) => pattern.test(path))?.[1] ?? 'application/octet-stream';
}
