/**
 * Where things are in the repository's folder, in the layout of Debian's archive. Paths are the decoded keys: `+`, `~`
 * and `:` stand for themselves.
 *
 * ```
 * pool/<component>/<prefix>/<source>/<name>_<version>_<architecture>.deb      prefix: first letter, or lib and one more
 * pool/<component>/<prefix>/<source>/<12 hex of its SHA-256>/…                other bytes under the same name
 * dists/<channel>/<component>/binary-<architecture>/Packages[.gz|.xz]
 * dists/<channel>/<component>/debian-installer/binary-<architecture>/…        udebs
 * dists/<channel>/<component>/binary-<architecture>/by-hash/SHA256/<hex>
 * dists/<channel>/Release, Release.gpg, InRelease
 * ```
 */
import { copyText } from '../../core/copy-text.ts';
import type { PackageMeta, PackagePlace } from '../format.ts';
import { packageNameProblem } from '../shared/package-names.ts';
import { splitSlot } from './slots.ts';

const APART_DIGITS = 12;
const MAX_PATH_BYTES = 900;
const UPPER_S = 0x53;
const LOWER_S = 0x73;

/** `<name>_<version without epoch>_<architecture>.deb`, as dpkg-name(1) has it; `.udeb` for udebs. */
export function packageFileName(
  meta: Pick<PackageMeta, 'name' | 'version' | 'architecture' | 'slot'>,
): string {
  const version = meta.version.replace(/^[0-9]+:/, '');
  const ending = splitSlot(meta.slot).udeb ? '.udeb' : '.deb';
  return [meta.name, version, meta.architecture].join('_') + ending;
}

/** The path of a package file in the pool. `apart`: other bytes have the usual path. */
export function packagePath(
  meta: PackageMeta,
  where: Pick<PackagePlace, 'component' | 'sha256' | 'apart'>,
): string {
  const source = sourceName(meta);
  const prefix = source.startsWith('lib') && source.length > 3 ? source.slice(0, 4) : source.slice(0, 1);
  const folder = ['pool', where.component, prefix, source];
  const apart = where.apart ? [where.sha256.slice(0, APART_DIGITS)] : [];
  // Joined, not added, and copied: V8 would keep the parts of each of 60,000 paths, at three times the memory.
  return copyText([...folder, ...apart, packageFileName(meta)].join('/'));
}

/**
 * The source package: the field `Source` without its version, or else the package itself, also where the field holds
 * something that is no package name (`Source: https://…` is seen in the wild).
 */
function sourceName(meta: Pick<PackageMeta, 'name' | 'metadata'>): string {
  const source = sourceField(meta.metadata);
  return packageNameProblem(source) === undefined && source.length <= 128 ? source : meta.name;
}

/** Looks at the first letter of each line, for every package of every publish comes by here. */
function sourceField(metadata: string): string {
  let at = 0;
  do {
    const letter = metadata.charCodeAt(at);
    if (letter === UPPER_S || letter === LOWER_S) {
      const field = /source[ \t]*:[ \t]*([^ \t\n(]*)/iy;
      field.lastIndex = at;
      const source = field.exec(metadata)?.[1];
      if (source !== undefined) return source;
    }
    at = metadata.indexOf('\n', at) + 1;
  } while (at > 0);
  return '';
}

/** The folder of a channel's indexes. */
export function channelFolder(channel: string): string {
  return `dists/${channel}`;
}

/** The path of an index of a channel, without suffix. `slot` as in slots.ts. */
export function indexPath(
  channel: string,
  index: { readonly component: string; readonly slot: string },
): string {
  const { architecture, udeb } = splitSlot(index.slot);
  const installer = udeb ? 'debian-installer/' : '';
  return `${channelFolder(channel)}/${index.component}/${installer}binary-${architecture}/Packages`;
}

/** The immutable name of an index file that apt asks for first. */
export function hashedIndexPath(path: string, sha256: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`;
}

/** Whether a path that somebody else wrote down stays inside the repository's folder, and can be a key of every store. */
export function isSafePath(path: string): boolean {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES || /[\p{Cc}\\]/u.test(path) || !path.isWellFormed())
    return false;
  return path
    .split('/')
    .every((segment) => !['', '.', '..'].includes(segment) && Buffer.byteLength(segment) <= 255);
}

/** What a name that never changes is the name of: only these, and no others, are pakhus' own. */
export function kindOf(path: string): 'package' | 'index' | undefined {
  if (/^pool\/.+\/[^/]+_[^/]+_[^/]+\.u?deb$/.test(path)) return 'package';
  return /^dists\/.+\/by-hash\/SHA256\/[0-9a-f]{64}$/.test(path) ? 'index' : undefined;
}
