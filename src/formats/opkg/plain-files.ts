/**
 * Firmware images and what else lies in a target's folder of an OpenWrt release, with `sha256sums` over them:
 *
 * ```
 * 24.10.4/targets/ath79/generic/openwrt-24.10.4-ath79-generic-….bin, profiles.json, …
 * 24.10.4/targets/ath79/generic/sha256sums          <64 hex> *openwrt-24.10.4-ath79-generic-….bin, by name, as `sha256sum -b` writes it
 * 24.10.4/targets/ath79/generic/sha256sums.sig      by usign
 * 24.10.4/targets/ath79/generic/sha256sums.asc      OpenPGP, where such a key signs as well
 * 24.10.4/targets/ath79/generic/packages/           a feed, of another component
 * ```
 * They are components of their own, named by the option `files`. No folders below: OpenWrt's are feeds.
 */
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageRecord, RepositorySettings, Segment } from '../format.ts';
import type { PlainFiles } from '../plain-files.ts';
import { readOptions } from './options.ts';
import { feedFolder } from './paths.ts';
import { PLAIN } from './slots.ts';

/** A file has no version of its own. */
const NO_VERSION = '-';
export const SUMS = 'sha256sums';
const MADE_HERE: readonly string[] = [SUMS, `${SUMS}.sig`, `${SUMS}.asc`];
const NAME = /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,179}$/;

export const plainFiles: PlainFiles = {
  slot: PLAIN,
  segment: 'sums',
  takes: takesFiles,
  describe(name, { settings, channel }) {
    if (MADE_HERE.includes(name)) return undefined;
    const problem = nameProblem(name, settings, channel);
    if (problem !== undefined) {
      throw new PakhusError('PACKAGE_INVALID', `${name} cannot be published under its name: ${problem}`, {
        hint: 'Rename it, or name the files to be published.',
        details: { name },
      });
    }
    const metadata = `Filename: ${name}`;
    return { name, version: NO_VERSION, architecture: PLAIN, slot: PLAIN, metadata, lints: [] };
  },
  usualPath: ({ name }, indexPath) => `${indexPath.slice(0, indexPath.lastIndexOf('/'))}/${name}`,
};

/** Whether a component holds plain files. */
export function takesFiles(
  settings: RepositorySettings,
  { channel: name, component }: { readonly channel: string; readonly component: string },
): boolean {
  const channel = settings.channels.find((one) => one.name === name) ?? { name, options: {} };
  return readOptions(settings, channel).files.includes(component);
}

/** `sha256sums`, in the order of names. */
export const sums: Segment = {
  render: (records) => Buffer.from(records.map(sumLine).join('')),
};

function sumLine({ name, sha256 }: Pick<PackageRecord, 'name' | 'sha256'>): string {
  return `${sha256} *${name}\n`;
}

/** Undefined: none. */
function nameProblem(name: string, settings: RepositorySettings, channel: string): string | undefined {
  if (!NAME.test(name)) return 'expected up to 180 of A-Z a-z 0-9 . + ~ _ -, a letter or digit first';
  if (name === 'by-hash') return 'it is that of a folder';
  const folders = settings.components.map((component) =>
    feedFolder(settings, { channel, component, architecture: '{arch}' }),
  );
  return folders.some((folder) => folder.split('/').includes(name))
    ? `a folder of feeds is called ${name}`
    : undefined;
}
