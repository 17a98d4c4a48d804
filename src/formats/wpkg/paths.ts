/**
 * Where things are in the repository's folder. A client names a channel and components, and asks for an index in the folder of each;
 * packages lie below it, by default in a folder for each architecture:
 *
 * ```
 * <channel>/<component>/index.tar.gz
 * <channel>/<component>/<architecture>/<name>_<version>_<architecture>.deb
 * <channel>/<component>/<architecture>/<12 hex of its SHA-256>/…       other bytes under the same name
 * ```
 * wpkg finds a package where its index entry says, below the folder of the index. wpkg of 2015 and older takes no entry without a folder.
 */
import type { Companion, IndexPlan, PackageMeta, PackagePlace, PackageRecord } from '../format.ts';
import { readOptions } from './options.ts';

const APART_DIGITS = 12;

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
  const folder = readOptions(settings, own).folder.replaceAll('{arch}', meta.architecture);
  const parts = [folder, apart ? sha256.slice(0, APART_DIGITS) : ''].filter((part) => part !== '');
  return [componentFolder(channel, component), ...parts, packageFileName(meta)].join('/');
}

/** The path of a package file below the folder of any index that lists it. */
export function pathInIndex(path: string): string {
  return path.split('/').slice(2).join('/');
}

/** A copy of the package in the folder of an index, where it does not lie there already. */
export function companions(record: PackageRecord, index: Pick<IndexPlan, 'path'>): readonly Companion[] {
  const path = `${index.path.slice(0, index.path.lastIndexOf('/'))}/${pathInIndex(record.path)}`;
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
