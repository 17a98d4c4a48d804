/**
 * Where things are in the repository's folder. A client names a channel and components, and asks for an index in the folder of each;
 * packages lie below it, by default in a folder for each architecture. Where there are several, each has an index of its own as well,
 * because wpkg installs no package by a name that the index has for another kind of machine, too:
 *
 * ```
 * <channel>/<component>/index.tar.gz
 * <channel>/<component>/<architecture>/index.tar.gz                    with packages for all, which are copied there
 * <channel>/<component>/<architecture>/<name>_<version>_<architecture>.deb
 * <channel>/<component>/<architecture>/<12 hex of its SHA-256>/…       other bytes under the same name
 * ```
 * wpkg finds a package where its index entry says, below the folder of the index. wpkg of 2015 and older takes no entry without a folder.
 */
import type { Companion, IndexPlan, PackageMeta, PackagePlace, PackageRecord } from '../format.ts';
import { readOptions } from './options.ts';

const APART_DIGITS = 12;
const APART = /^[0-9a-f]{12}$/;

/** `<name>_<version>_<architecture>.deb`, with the epoch, as wpkg calls it. */
export function packageFileName(meta: Pick<PackageMeta, 'name' | 'version' | 'architecture'>): string {
  return `${meta.name}_${meta.version}_${meta.architecture}.deb`;
}

/** The folder of an index. */
export function componentFolder(channel: string, component: string): string {
  return `${channel}/${component}`;
}

/** The path of a package file. */
export function packagePath(meta: PackageMeta, place: PackagePlace): string {
  const { settings, channel, component, sha256, apart } = place;
  const own = settings.channels.find(({ name }) => name === channel) ?? { name: channel, options: {} };
  const folder = readOptions(settings, own).folder.replaceAll('{arch}', meta.slot);
  const parts = [folder, apart ? sha256.slice(0, APART_DIGITS) : ''].filter((part) => part !== '');
  return [componentFolder(channel, component), ...parts, packageFileName(meta)].join('/');
}

/** The path of a package file below the folder of an index that lists it: one for all architectures, or for a single one. */
export function pathInIndex(path: string, segment: string): string {
  const parts = path.split('/');
  if (segment !== 'own') return parts.slice(2).join('/');
  return parts.slice(APART.test(parts.at(-2) ?? '') ? -2 : -1).join('/');
}

/** A copy of the package in the folder of an index, where it does not lie there already. */
export function companions(
  record: PackageRecord,
  { path: indexPath, segment }: Pick<IndexPlan, 'path' | 'segment'>,
): readonly Companion[] {
  const path = `${indexPath.slice(0, indexPath.lastIndexOf('/'))}/${pathInIndex(record.path, segment)}`;
  return path === record.path ? [] : [{ path }];
}

/** What a name that never changes is the name of: only these, and no others, are pakhus' own. */
export function kindOf(path: string): 'package' | undefined {
  return /^[^/]+\/[^/]+\/(?:.+\/)?[^/_]+_[^/_]+_[^/_]+\.deb$/.test(path) ? 'package' : undefined;
}

/** Content type of a public file. */
export function contentType(path: string): string {
  if (path.endsWith('.deb')) return 'application/vnd.debian.binary-package';
  return path.endsWith('.gz') ? 'application/gzip' : 'application/octet-stream';
}
