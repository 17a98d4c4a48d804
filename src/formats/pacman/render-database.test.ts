import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { createTarReader } from '../../codec/tar-reader.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { PackageRecord } from '../format.ts';
import { readPackage } from './read-package.ts';
import { segments } from './render-database.ts';

const FILES = [
  'gatepost-0.9rc1-1.1-any.pkg.tar.xz',
  'hinge++-20260101-1-x86_64.pkg.tar.gz',
  'latch-1-1-x86_64.pkg.tar',
  'wicket-2:1.4.0+r12.gabcdef0-3-x86_64.pkg.tar.zst',
  'wicket-docs-2:1.4.0+r12.gabcdef0-3-any.pkg.tar.zst',
];

async function recordOf(file: string): Promise<PackageRecord> {
  const bytes = fixtureBytes(`pacman/x86_64/${file}`);
  const { lints: _, slot: __, ...meta } = await readPackage(memorySource(file, bytes));
  return { ...meta, path: `x86_64/${file}`, sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
}

/** The members of an archive: path and text. */
function members(tar: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const reader = createTarReader({
    name: 'tar',
    limits: { entries: 1000, metadataBytes: 100_000 },
    onEntry: ({ path, type }) => {
      found.set(path, type === 'directory' ? '' : (found.get(path) ?? ''));
      return (chunk) => found.set(path, `${found.get(path)}${Buffer.from(chunk).toString()}`);
    },
  });
  reader.push(tar);
  reader.end();
  return found;
}

const whole = (kind: 'db' | 'files', records: readonly PackageRecord[]): Uint8Array =>
  Buffer.concat([segments[kind].render(records), segments[kind].tail?.(0) ?? Buffer.alloc(0)]);

const bySha256 = (text: string): string => text.replace(/%MD5SUM%\n[0-9a-f]{32}\n\n/, '');

describe('beside what repo-add makes of the same files', () => {
  test.each(['db', 'files'] as const)('every field of fixture.%s is the same', async (kind) => {
    const ours = members(whole(kind, await Promise.all(FILES.map(recordOf))));
    const theirs = members(gunzipSync(fixtureBytes(`pacman/x86_64/fixture.${kind}.tar.gz`)));
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    expect(theirs.size).toBeGreaterThanOrEqual(10);
    for (const [path, text] of theirs)
      expect(`${path}\n${ours.get(path)}`).toBe(`${path}\n${bySha256(text)}`);
  });

  test('a database without packages is an archive without entries', () => {
    expect([...members(whole('db', []))]).toEqual([]);
    expect(whole('db', [])).toHaveLength(1024);
  });
});

test('a name over 100 bytes keeps its folder, and a build in the far future its entry', async () => {
  const record = await recordOf('latch-1-1-x86_64.pkg.tar');
  const name = 'l'.repeat(120);
  const metadata = record.metadata.replace('1767225600', '9'.repeat(18));
  const found = members(whole('files', [{ ...record, name, metadata }]));
  expect([...found.keys()]).toEqual([`${name}-1-1/`, `${name}-1-1/desc`, `${name}-1-1/files`]);
});

test('parts of a database, one after the other, are the whole', async () => {
  const records = await Promise.all(FILES.map(recordOf));
  fc.assert(
    fc.property(fc.constantFrom('db', 'files'), fc.nat(FILES.length), (kind, cut) => {
      const { render } = segments[kind];
      const joined = Buffer.concat([render(records.slice(0, cut)), render(records.slice(cut))]);
      expect(joined.equals(render(records))).toBe(true);
    }),
  );
});
