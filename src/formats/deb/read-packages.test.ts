import { expect, test } from 'vitest';
import type { PackageRecord } from '../format.ts';
import { readPackages } from './read-packages.ts';
import { renderPackages } from './render-packages.ts';

function record(
  name: string,
  metadata = `Package: ${name}\nVersion: 1:2~3\nArchitecture: all`,
): PackageRecord {
  const path = `pool/main/${name}_2~3_all.deb`;
  return {
    name,
    version: '1:2~3',
    architecture: 'all',
    path,
    sizeBytes: 12,
    sha256: 'a'.repeat(64),
    metadata,
  };
}

const RECORDS = [
  record('one'),
  record('two', 'package: two\nVersion: 1:2~3\nDescription: Größe\n Filename: x\n .\nARCHITECTURE: all'),
  record('three', 'Package: three\nVersion: 1:2~3\nArchitecture: all\nTag: a,\n b'),
];

test('what was rendered comes back as it was', () => {
  const text = Buffer.from(renderPackages(RECORDS)).toString();
  expect(readPackages.lastCut(text)).toBe(text.length);
  expect([...readPackages.read(text)]).toEqual(RECORDS);
});

test('a text that is cut anywhere is read up to its last whole package', () => {
  const text = Buffer.from(renderPackages(RECORDS)).toString();
  for (let end = 0; end < text.length; end++) {
    const cut = readPackages.lastCut(text.slice(0, end));
    const found = [...readPackages.read(text.slice(0, cut))];
    expect(found).toEqual(RECORDS.slice(0, found.length));
  }
});

test.each([
  'Package: x\n\n',
  'Package: x\nFilename: y\nSize: 1\nSHA256: short\n\n',
  `Version: 1\nFilename: y\nSize: 1\nSHA256: ${'a'.repeat(64)}\n\n`,
])('a stanza that we did not make is refused: %j', (text) => {
  expect(() => [...readPackages.read(text)]).toThrow(TypeError);
});
