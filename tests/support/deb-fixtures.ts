import { readdirSync, readFileSync } from 'node:fs';
import type { ByteSource } from '../../src/core/byte-source.ts';

/** The folder of the fixtures, which paths here are below. */
const FIXTURES = new URL('../fixtures/', import.meta.url);

/** Paths of all packages below `deb/pool`. */
export function debFixtures(): readonly string[] {
  const files = readdirSync(new URL('deb/pool/', FIXTURES), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.u?deb$/.test(file))
    .map((file) => `deb/pool/${file}`)
    .sort();
}

/** The bytes of a fixture, whatever characters its name has. */
export function fixtureBytes(path: string): Uint8Array {
  return readFileSync(new URL(path.split('/').map(encodeURIComponent).join('/'), FIXTURES));
}

/** A file in memory, as formats read it. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return { name, sizeBytes: bytes.length, read: (at, length) => bytes.subarray(at, at + length) };
}
