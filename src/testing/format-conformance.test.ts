/** Every format keeps the promises of the port. A new one is a subject here. */
import { readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { deb, writeDeb } from '../formats/deb/index.ts';
import type { RepositorySettings } from '../formats/format.ts';
import { opkg } from '../formats/opkg/index.ts';
import { packageFileName } from '../formats/opkg/paths.ts';
import { writeIpk } from '../formats/opkg/write-ipk.ts';
import { generateUsignKey, readUsignSecret } from '../signing/usign.ts';
import { type FormatSubject, formatCases, type PackageWish } from './index.ts';

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

const openPgpKey = readFileSync(
  new URL('../../tests/fixtures/keys/openpgp-test.pub.asc', import.meta.url),
  'utf8',
);

const subjects: readonly FormatSubject[] = [
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
];

describe.each(subjects.map((subject) => [subject.format.name, subject] as const))('%s', (_, subject) => {
  test.each(formatCases)('$name', ({ run }) => run(subject));
});
