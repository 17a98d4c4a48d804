import { describe, expect, test } from 'vitest';
import { debFixtures, fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { findField, parseStanzas, type Stanza } from '../../codec/deb822.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { PackageRecord } from '../format.ts';
import { readDeb } from './read-deb.ts';
import { renderPackages } from './render-packages.ts';

async function fixtureRecords(): Promise<PackageRecord[]> {
  const records = debFixtures().map(async (fixture) => {
    const path = fixture.slice('deb/'.length);
    const bytes = fixtureBytes(fixture);
    const { name, version, architecture, metadata } = await readDeb(memorySource(path, bytes));
    return { name, version, architecture, metadata, path, sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
  });
  return Promise.all(records);
}

function stanzasOf(text: string): Stanza[] {
  return [...parseStanzas(text, { name: 'Packages' })];
}

/** Fields by lower-case name. */
function valuesOf(stanza: Stanza): Record<string, string> {
  return Object.fromEntries(stanza.map((field) => [field.name.toLowerCase(), field.value]));
}

async function ourStanzas(): Promise<ReadonlyMap<string, Record<string, string>>> {
  const stanzas = stanzasOf(Buffer.from(renderPackages(await fixtureRecords())).toString());
  return new Map(stanzas.map((stanza) => [findField(stanza, 'filename')?.value ?? '', valuesOf(stanza)]));
}

/**
 * The peers differ from us, and from each other, in no field of a package but the digests, which apt does not trust or
 * does not need beside SHA256; and in what they list: dpkg-scanpackages wants udebs in a file of their own.
 */
const PEERS = [
  { file: 'Packages.apt-ftparchive', lists: /\.u?deb$/, digests: ['md5sum', 'sha1', 'sha512'] },
  { file: 'Packages.dpkg-scanpackages', lists: /\.deb$/, digests: ['md5sum', 'sha1'] },
  { file: 'Packages.dpkg-scanpackages.udeb', lists: /\.udeb$/, digests: ['md5sum', 'sha1'] },
] as const;

describe('Packages agrees field by field with', () => {
  test.each(PEERS)('$file', async ({ file, lists, digests }) => {
    const ours = await ourStanzas();
    const peers = stanzasOf(Buffer.from(fixtureBytes(`deb/expected/${file}`)).toString()).map(valuesOf);
    const peersNames = peers.map((stanza) => stanza['filename'] ?? '').sort();
    expect([...ours.keys()].filter((path) => lists.test(path)).sort()).toEqual(peersNames);
    for (const peer of peers) {
      const others = Object.entries(peer).filter(([name]) => !digests.some((digest) => digest === name));
      expect(ours.get(peer['filename'] ?? '')).toEqual(Object.fromEntries(others));
    }
  });
});

describe('a segment', () => {
  const record: PackageRecord = {
    name: 'hello',
    version: '1:1.0+b~1',
    architecture: 'amd64',
    path: 'pool/main/h/hello/hello_1.0+b~1_amd64.deb',
    sizeBytes: 1234,
    sha256: 'a'.repeat(64),
    metadata:
      'Package: hello\nVERSION: 1:1.0+b~1\nArchitecture: amd64\nDescription: Größe\n .\n  x\nTag: a,\n b',
  };

  test('is the fields of the package, byte for byte, and three of ours', () => {
    expect(Buffer.from(renderPackages([record])).toString()).toBe(
      [
        'Package: hello',
        'VERSION: 1:1.0+b~1',
        'Architecture: amd64',
        'Description: Größe',
        ' .',
        '  x',
        'Tag: a,',
        ' b',
        'Filename: pool/main/h/hello/hello_1.0+b~1_amd64.deb',
        'Size: 1234',
        `SHA256: ${'a'.repeat(64)}`,
        '',
        '',
      ].join('\n'),
    );
  });

  test('of many packages is the segments of each, joined', async () => {
    const records = await fixtureRecords();
    const one = renderPackages(records);
    const joined = Buffer.concat(records.map((it) => renderPackages([it])));
    expect(Buffer.compare(one, joined)).toBe(0);
    expect(stanzasOf(joined.toString())).toHaveLength(records.length);
    expect(renderPackages([])).toHaveLength(0);
  });
});
