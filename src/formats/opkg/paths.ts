/**
 * Where things are in the repository's folder. By default as in a release of OpenWrt, where a channel is a release (`24.10.4`,
 * `snapshots`) and a component is a feed (`base`, `luci`):
 *
 * ```
 * <channel>/packages/<architecture>/<feed>/Packages, Packages.gz, Packages.sig, Packages.manifest, index.json
 * <channel>/packages/<architecture>/<feed>/<name>_<version>_<architecture>.ipk
 * <channel>/packages/<architecture>/<feed>/<12 hex of its SHA-256>/…     other bytes under the same name
 * <channel>/<folder>/by-hash/<SHA-256>/<name>                             a plain file
 * ```
 * A client finds packages below the folder of its index only, and asks for them by a path without `..`. So a package for `all` is
 * stored in the folder of `all`, and copied into that of each architecture whose index lists it.
 */
import type {
  Companion,
  IndexPlan,
  PackageMeta,
  PackagePlace,
  PackageRecord,
  RepositorySettings,
} from '../format.ts';
import { readOptions } from './options.ts';
import { PLAIN } from './slots.ts';

const APART_DIGITS = 12;
const APART = /^[0-9a-f]{12}$/;
const BY_HASH = 'by-hash';
const PLAIN_PATH = /^[^/]+\/.+\/by-hash\/[0-9a-f]{64}\/[^/]+$/;

/** The folder of a feed for an architecture. */
export function feedFolder(
  settings: RepositorySettings,
  at: { readonly channel: string; readonly component: string; readonly architecture: string },
): string {
  const { channel, component, architecture } = at;
  const template = feedTemplate(settings, at);
  const folder = template.replaceAll('{arch}', architecture).replaceAll('{feed}', component);
  return `${channel}/${folder}`;
}

/** Whether each architecture has an index of its own. */
export function isPerArchitecture(
  settings: RepositorySettings,
  at: { readonly channel: string; readonly component: string },
): boolean {
  return feedTemplate(settings, at).includes('{arch}');
}

function feedTemplate(
  settings: RepositorySettings,
  { channel: name, component }: { readonly channel: string; readonly component: string },
): string {
  const channel = settings.channels.find((one) => one.name === name) ?? { name, options: {} };
  const { usual, byFeed } = readOptions(settings, channel).folders;
  return byFeed.get(component) ?? usual;
}

/** `<name>_<version>_<architecture>.ipk`. With the epoch: no two packages of a feed share a name. */
export function packageFileName(meta: Pick<PackageMeta, 'name' | 'version' | 'architecture'>): string {
  return `${meta.name}_${meta.version}_${meta.architecture}.ipk`;
}

/** The path of a package file. */
export function packagePath(meta: PackageMeta, place: PackagePlace): string {
  const { settings, channel, component, sha256, apart } = place;
  const folder = feedFolder(settings, { channel, component, architecture: meta.architecture });
  if (meta.slot === PLAIN) return `${folder}/${BY_HASH}/${sha256}/${meta.name}`;
  const parts = apart ? [sha256.slice(0, APART_DIGITS)] : [];
  return [folder, ...parts, packageFileName(meta)].join('/');
}

/** The path of a package file below the folder of any index that lists it: its `Filename`. */
export function pathInFeed(path: string): string {
  const parts = path.split('/');
  return parts.slice(APART.test(parts.at(-2) ?? '') ? -2 : -1).join('/');
}

/** A copy of the package in the folder of an index, where it does not lie there already. */
export function companions(
  record: PackageRecord,
  index: Pick<IndexPlan, 'path' | 'segment'>,
): readonly Companion[] {
  if (index.segment !== 'packages') return [];
  const path = `${index.path.slice(0, index.path.lastIndexOf('/'))}/${pathInFeed(record.path)}`;
  return path === record.path ? [] : [{ path }];
}

/** What a name that never changes is the name of: only these, and no others, are pakhus' own. */
export function kindOf(path: string): 'package' | undefined {
  const isOurs = /^[^/]+\/.+\/[^/]+_[^/]+_[^/]+\.ipk$/.test(path) || PLAIN_PATH.test(path);
  return isOurs ? 'package' : undefined;
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.gz$/, 'application/gzip'],
  [/\.json$/, 'application/json'],
  [/(^|\/)Packages(\.manifest|\.sig)?$/, 'text/plain; charset=utf-8'],
  [/(^|\/)sha256sums(\.sig|\.asc)?$|\.(manifest|buildinfo|txt)$/, 'text/plain; charset=utf-8'],
];

/** Content type of a public file. */
export function contentType(path: string): string {
  return TYPES.find(([pattern]) => pattern.test(path))?.[1] ?? 'application/octet-stream';
}
