/** Every format, and how packages of it are made. A new format is a subject here. */
import { readFileSync } from 'node:fs';
import { deb, writeDeb } from '../../src/formats/deb/index.ts';
import type { RepositorySettings } from '../../src/formats/format.ts';
import { opkg } from '../../src/formats/opkg/index.ts';
import { packageFileName } from '../../src/formats/opkg/paths.ts';
import { writeIpk } from '../../src/formats/opkg/write-ipk.ts';
import { pacman } from '../../src/formats/pacman/index.ts';
import { wpkg } from '../../src/formats/wpkg/index.ts';
import { generateUsignKey, readUsignSecret } from '../../src/signing/usign.ts';
import type { FormatSubject, PackageWish } from '../../src/testing/index.ts';
import { archBytes } from './pacman-kit.ts';
import { wpkgBytes } from './wpkg-kit.ts';

function settingsOf(format: string, own: Partial<RepositorySettings> = {}): RepositorySettings {
  return {
    format,
    channels: ['stable', 'testing'].map((name) => ({ name, options: {} })),
    components: ['main', 'extra'],
    architectures: [],
    options: {},
    ...own,
  };
}

function controlOf({ name, version, architecture }: PackageWish): string {
  const fields = [`Package: ${name}`, `Version: ${version}`, `Architecture: ${architecture}`];
  return [...fields, 'Maintainer: A <a@example.org>', 'Description: says hello'].join('\n');
}

const openPgpKey = readFileSync(new URL('../fixtures/keys/openpgp-test.pub.asc', import.meta.url), 'utf8');

/** In the order of the table of formats. */
export const formatSubjects: readonly FormatSubject[] = [
  {
    format: deb,
    settings: settingsOf('deb'),
    architectures: ['amd64', 'arm64'],
    independent: 'all',
    versions: ['1.0~rc1', '1.0', '1.0-1', '1.0+git1', '1:0.1'],
    publicKeys: [openPgpKey],
    make: async (wish) => ({
      name: `${wish.name}_${wish.version}_${wish.architecture}.deb`,
      bytes: await writeDeb({ control: controlOf(wish), files: [] }),
    }),
  },
  {
    format: opkg,
    settings: settingsOf('opkg'),
    architectures: ['mips_24kc', 'aarch64_cortex-a53'],
    independent: 'all',
    versions: ['0.9', '1.0~rc1', '1.0', '1.0-r1', '1.0-r2', 'git-26.001'],
    publicKeys: [readUsignSecret(generateUsignKey(), { origin: 'new' }).publicKey],
    make: async (wish) => ({
      name: packageFileName(wish),
      bytes: writeIpk({ control: controlOf(wish), files: [] }),
    }),
  },
  {
    format: pacman,
    // pacman knows no components.
    settings: settingsOf('pacman', { components: ['main'], options: { database: 'tools' } }),
    architectures: ['x86_64', 'aarch64'],
    independent: 'any',
    versions: ['1.0rc1-1', '1.0-1', '1.0-2', '1.0.1-1', '1:0.1-1'],
    publicKeys: [openPgpKey],
    make: async (wish) => ({
      name: `${wish.name}-${wish.version}-${wish.architecture}.pkg.tar.zst`,
      bytes: archBytes(wish),
    }),
  },
  {
    format: wpkg,
    settings: settingsOf('wpkg'),
    architectures: ['linux-amd64', 'win32'],
    independent: 'all',
    versions: ['1.0~rc1', '1.0', '1.0-1', '1.0+git1', '1:0.1'],
    publicKeys: [],
    make: async (wish) => ({
      name: `${wish.name}_${wish.version}_${wish.architecture}.deb`,
      bytes: await wpkgBytes(wish),
    }),
  },
];
