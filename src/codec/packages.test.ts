/** Real and hostile packages through ar, decompression and tar together, as a format reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PakhusError } from '../core/pakhus-error.ts';
import { AR_HEADER_BYTES, AR_MAGIC, arPaddedBytes, parseArHeader } from './ar.ts';
import { sniffEncoding } from './compression-encoding.ts';
import { decompress } from './decompress.ts';
import { createTarReader } from './tar-reader.ts';

const FIXTURES = new URL('../../tests/fixtures/', import.meta.url);
const LIMIT_BYTES = 16_777_216;

/** `member: path` of each tar entry of a package. */
async function listPackage(name: string, deb: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for (let at = AR_MAGIC.length; at + AR_HEADER_BYTES <= deb.length; ) {
    const member = parseArHeader(deb.subarray(at, at + AR_HEADER_BYTES), { name });
    at += AR_HEADER_BYTES;
    if (member.name.includes('.tar')) {
      const bytes = deb.subarray(at, at + member.sizeBytes);
      found.push(
        ...(await listTar(`${name}: ${member.name}`, bytes)).map((path) => `${member.name}: ${path}`),
      );
    }
    at += arPaddedBytes(member.sizeBytes);
  }
  return found;
}

async function listTar(name: string, packed: Uint8Array): Promise<string[]> {
  const paths: string[] = [];
  const reader = createTarReader({
    name,
    limits: { entries: 10_000, metadataBytes: 1_048_576, totalBytes: LIMIT_BYTES },
    onEntry: (entry) => {
      paths.push(entry.path);
      return undefined;
    },
  });
  for await (const piece of decompress(sniffEncoding(packed), packed, { name, limitBytes: LIMIT_BYTES })) {
    reader.push(piece);
  }
  reader.end();
  return paths;
}

async function outcome(name: string, deb: Uint8Array): Promise<string> {
  try {
    await listPackage(name, deb);
    return 'ok';
  } catch (error) {
    if (error instanceof PakhusError) return error.code;
    throw error;
  }
}

function fixture(path: string): Buffer {
  return readFileSync(new URL(path, FIXTURES));
}

describe('packages of dpkg-deb', () => {
  test.each(readdirSync(new URL('deb/pool/matrix/', FIXTURES)))('%s has its files', async (file) => {
    const paths = await listPackage(file, fixture(`deb/pool/matrix/${file}`));
    expect(paths.filter((path) => /^control\.tar.*: \.\/control$/.test(path))).toHaveLength(1);
    expect(paths.some((path) => /^data\.tar.*: \.\/usr\//.test(path))).toBe(true);
  });
});

test.each([
  ['deb-truncated-in-control.deb', 'ARCHIVE_TRUNCATED'],
  ['deb-truncated-in-data.deb', 'ARCHIVE_TRUNCATED'],
  ['deb-ar-size-negative.deb', 'ARCHIVE_CORRUPT'],
  ['deb-ar-size-not-a-number.deb', 'ARCHIVE_CORRUPT'],
  ['deb-control-size-huge-base256.deb', 'ARCHIVE_TOO_LARGE'],
  ['deb-control-bad-tar-checksum.deb', 'ARCHIVE_CORRUPT'],
  ['deb-bomb-xz-control.deb', 'ARCHIVE_TOO_LARGE'],
])('%s is %s', async (file, code) => {
  expect(await outcome(file, fixture(`hostile/${file}`))).toBe(code);
});

test.each([
  'oskeld-cgz-dxz_1.0-1_all.deb',
  'oskeld-cxz-dzst_1.0-1_all.deb',
  'oskeld-czst-dbz2_1.0-1_all.deb',
  'oskeld-cnone-dnone_1.0-1_all.deb',
])('property: %s with changed bytes gives files or a PakhusError', async (file) => {
  const deb = fixture(`deb/pool/matrix/${file}`);
  const change = fc.tuple(fc.nat(deb.length - 1), fc.nat(255));
  const changes = fc.array(change, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(changes, fc.nat(deb.length), fc.boolean(), async (list, length, cut) => {
      const bytes = Buffer.from(cut ? deb.subarray(0, length) : deb);
      for (const [at, value] of list) if (at < bytes.length) bytes[at] = value;
      expect(await outcome(file, bytes)).toMatch(/^(ok|ARCHIVE_[A-Z_]+)$/);
    }),
    { numRuns: 150 },
  );
});
