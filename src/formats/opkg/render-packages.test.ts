import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { findField, parseStanzas, type Stanza } from '../../codec/deb822.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { PackageRecord, RepositorySettings } from '../format.ts';
import { opkg } from './index.ts';
import { renderIndexJson } from './index-json.ts';
import { pathInFeed } from './paths.ts';
import { segments } from './render-packages.ts';

const ARCHITECTURE = 'aarch64_cortex-a53';
const FEED = `opkg/feed/${ARCHITECTURE}/fixture`;
const FILES = [
  `fiddle++_0.9~rc1+git20260101-r1_${ARCHITECTURE}.ipk`,
  `kernel_6.6.73~0123456789abcdef0123456789abcdef-r1_${ARCHITECTURE}.ipk`,
  `kmod-tumble_6.6.73-r1_${ARCHITECTURE}.ipk`,
  `libc_1.2.5-r4_${ARCHITECTURE}.ipk`,
  `libtumble2_2.0.1-r1_${ARCHITECTURE}.ipk`,
  'luci-app-tumblek_git-26.001.00000-abcdef0_all.ipk',
  `sub/subdir-pkg_1-r1_${ARCHITECTURE}.ipk`,
  'tumblek-doc_1.2.3-r4_all.ipk',
  `tumblek_1.2.3-r4_${ARCHITECTURE}.ipk`,
];

const settings: RepositorySettings = {
  format: 'opkg',
  channels: [{ name: '24.10.4', options: {} }],
  components: ['base'],
  architectures: [],
  options: {},
};

async function recordOf(file: string): Promise<PackageRecord> {
  const bytes = fixtureBytes(`${FEED}/${file}`);
  const sha256 = sha256Hex(bytes);
  const { lints: _, slot: __, ...meta } = await opkg.readPackage(memorySource(file, bytes));
  const place = { settings, channel: '24.10.4', component: 'base', sha256, apart: false };
  const path = opkg.packagePath({ ...meta, slot: meta.architecture, lints: [] }, place);
  return { ...meta, path, sizeBytes: bytes.length, sha256 };
}

const fixtureText = (path: string): string => Buffer.from(fixtureBytes(path)).toString();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('beside what ipkg-make-index.sh makes of the same files', () => {
  // Our files all lie in the folder of the feed, and an empty line at the end of a control file stays there.
  const flat = (index: string): string =>
    index.replace('Filename: sub/', 'Filename: ').replaceAll(/\n{3,}/g, '\n\n');

  test('Packages.manifest and Packages are the same, byte for byte', async () => {
    const records = await Promise.all(FILES.map(recordOf));
    expect(text(segments.manifest.render(records))).toBe(flat(fixtureText(`${FEED}/Packages.manifest`)));
    expect(text(segments.packages.render(records))).toBe(flat(fixtureText(`${FEED}/Packages`)));
  });

  test('builds before 2019 wrote MD5Sum as well, and nothing else', () => {
    const old = fixtureText(`${FEED}/Packages.manifest.with-md5`);
    expect(old.replaceAll(/^MD5Sum: .*\n/gm, '')).toBe(fixtureText(`${FEED}/Packages.manifest`));
  });

  test('opkg understands of each package what is written here', async () => {
    const ours = text(segments.packages.render(await Promise.all(FILES.map(recordOf))));
    const stanzas = [...parseStanzas(ours, { name: 'Packages' })];
    const fieldOf = (stanza: Stanza, name: string): string | undefined =>
      findField(stanza, name.toLowerCase())?.value;
    const listed = stanzas.map((one) => `${fieldOf(one, 'Package')} - ${fieldOf(one, 'Version')}`);
    const told = fixtureText('opkg/expected/opkg-list.txt').matchAll(/^\S+ - \S+/gm);
    expect(listed.sort()).toEqual([...told].map(([one]) => one).sort());
    for (const info of parseStanzas(fixtureText('opkg/expected/opkg-info.txt'), { name: 'opkg info' })) {
      const own = stanzas.find((one) => fieldOf(one, 'Package') === fieldOf(info, 'Package'));
      for (const name of ['Version', 'Section', 'Architecture', 'Size'])
        expect(own && fieldOf(own, name)).toBe(fieldOf(info, name));
    }
  });

  test('a feed without packages is one newline, because usign cannot sign nothing', () => {
    for (const segment of [segments.manifest, segments.packages]) {
      const whole = Buffer.concat([segment.render([]), segment.tail?.(0) ?? Buffer.alloc(0)]);
      expect(text(whole)).toBe(fixtureText('opkg/feed/empty/Packages'));
    }
  });

  test('index.json has the same content, in both versions', async () => {
    const manifest = segments.manifest.render(await Promise.all(FILES.map(recordOf)));
    const json = (version: '1' | '2', target?: string): unknown =>
      JSON.parse(text(renderIndexJson(manifest, { version, architecture: ARCHITECTURE, target })));
    expect(json('2')).toEqual(JSON.parse(fixtureText(`${FEED}/index.json`)));
    expect(json('1')).toEqual(JSON.parse(fixtureText(`${FEED}/index.v1.json`)));
    expect(json('2', 'x86/64')).toMatchObject({ target: 'x86/64' });
  });
});

test('index.json has the newest of several versions, and a feed without packages none', () => {
  const manifest = ['1.9', '1.10', '1.2'].map((one) => `Package: a\nVersion: ${one}\n\n`).join('');
  const options = { version: '2', architecture: 'all', target: undefined } as const;
  const packages = (of: string): unknown =>
    JSON.parse(text(renderIndexJson(Buffer.from(of), options))).packages;
  expect(packages(manifest)).toEqual({ a: '1.10' });
  expect(packages('\n')).toEqual({});
});

describe('a stanza', () => {
  const record: PackageRecord = {
    name: 'hello',
    version: '1',
    architecture: 'all',
    path: 'stable/packages/all/main/hello_1_all.ipk',
    sizeBytes: 7,
    sha256: '0'.repeat(64),
    metadata: 'Package: hello\nVersion: 1\nArchitecture: all',
  };

  test('without a description says where the file is all the same', () => {
    expect(text(segments.packages.render([record]))).toBe(
      `${record.metadata}\nFilename: hello_1_all.ipk\nSize: 7\nSHA256sum: ${record.sha256}\n\n`,
    );
  });

  test('loses fields for people together with their further lines, and nothing of the description', () => {
    const description = 'Description: a\n Source: b\n Maintainer: c';
    const metadata = `${record.metadata}\nMaintainer: A\n B\nSourceName: x\nRequire-User: y\n${description}`;
    const short = text(segments.packages.render([{ ...record, metadata }]));
    expect(short).toBe(
      `${record.metadata}\nFilename: hello_1_all.ipk\nSize: 7\nSHA256sum: ${record.sha256}\n${description}\n\n`,
    );
  });
});

test('Packages never has a size at which old usign goes wrong', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (plainBytes) => {
      const size = plainBytes + (segments.packages.tail?.(plainBytes).length ?? 0);
      expect([110, 111]).not.toContain((64 + size) % 128);
    }),
  );
});

test.each([
  ['stable/packages/all/main/a_1_all.ipk', 'a_1_all.ipk'],
  ['stable/packages/all/main/0123456789ab/a_1_all.ipk', '0123456789ab/a_1_all.ipk'],
])('%s is found below its feed', (path, expected) => {
  expect(pathInFeed(path)).toBe(expected);
});

test('versions are in the order in which opkg has them', () => {
  const rows = fixtureText('versions/opkg.tsv').trimEnd().split('\n');
  expect(rows.length).toBeGreaterThan(100);
  for (const row of rows) {
    const [a = '', b = '', order] = row.split('\t');
    expect(`${row}: ${opkg.compareVersions(a, b)}`).toBe(`${row}: ${order}`);
  }
});
