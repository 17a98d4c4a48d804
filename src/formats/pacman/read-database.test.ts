import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { writeTar } from '../../codec/tar-writer.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { PackageRecord } from '../format.ts';
import { createDatabaseReader, type DatabaseReader } from './read-database.ts';
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

function read(pieces: readonly Uint8Array[], folder = 'x86_64'): ReturnType<DatabaseReader['end']> {
  const reader = createDatabaseReader({ name: 'some.db', folder });
  for (const piece of pieces) reader.push(piece);
  return reader.end();
}

/** Of packages without their list of files. */
const withoutFiles = ({ metadata, ...record }: PackageRecord): PackageRecord => ({
  ...record,
  metadata: metadata.replace(/(?<=\n%FILES%).*$/s, ''),
});

test.each(['fixture.files.tar.gz', 'fixture.db.tar.gz'])(
  'what repo-add wrote into %s is what the packages say themselves',
  async (file) => {
    const { packages, bad } = read([gunzipSync(fixtureBytes(`pacman/x86_64/${file}`))]);
    expect(bad).toEqual([]);
    const own = await Promise.all(FILES.map(recordOf));
    const found = packages.map(({ record }) => record).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(found).toEqual(file.includes('files') ? own : own.map(withoutFiles));
  },
);

test('what was rendered comes back, however it is cut', async () => {
  const records = await Promise.all(FILES.map(recordOf));
  const bytes = Buffer.concat([segments.files.render(records), segments.files.tail?.(1) ?? Buffer.alloc(0)]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 5 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(read(pieces).packages.map(({ record }) => record)).toEqual(records);
    }),
  );
});

describe('a database of a stranger', () => {
  const GOOD = {
    FILENAME: 'tool-1-1-any.pkg.tar.zst',
    NAME: 'tool',
    VERSION: '1-1',
    CSIZE: '5',
    SHA256SUM: 'ab'.repeat(32),
    ARCH: 'any',
  };
  const database = (
    entries: readonly (readonly [path: string, fields: Readonly<Record<string, string>>])[],
  ) =>
    writeTar(
      entries.map(([path, fields]) => ({
        path,
        bytes: Buffer.from(
          Object.entries(fields)
            .map(([key, value]) => `%${key}%\n${value}\n\n`)
            .join(''),
        ),
      })),
      { mtimeSeconds: 0 },
    );

  test('may have blocks that nobody knows, and dependencies in a file of their own', () => {
    const depends = { DEPENDS: 'glibc>=2\nzlib' };
    const bytes = database([
      ['tool-1-1/depends', depends],
      ['tool-1-1/desc', { ...GOOD, MD5SUM: 'x', DATA: 'pkgtype=pkg' }],
    ]);
    const { packages, bad } = read([bytes], '');
    expect(bad).toEqual([]);
    expect(packages.map(({ slot, record }) => [slot, record.path, record.metadata])).toEqual([
      [
        'any',
        GOOD.FILENAME,
        `%FILENAME%\n${GOOD.FILENAME}\n\n%NAME%\ntool\n\n%VERSION%\n1-1\n\n%ARCH%\nany\n\n%DEPENDS%\nglibc>=2\nzlib\n\n%FILES%`,
      ],
    ]);
  });

  test.each<[what: string, fields: Partial<typeof GOOD>, problem: string]>([
    ['a path for a file name', { FILENAME: '../tool' }, '%FILENAME%: it names no file beside the database'],
    ['a name that leaves its folder', { NAME: '../tool' }, '%NAME%: it has characters other than'],
    ['no digest', { SHA256SUM: '' }, '%SHA256SUM%: expected 64 hexadecimal digits'],
    ['no size', { CSIZE: '-1' }, '%CSIZE%: expected a whole number'],
    ['another version than its folder', { VERSION: '2-1' }, 'it describes tool-2-1'],
  ])('%s is told, and the others are read', (_, fields, problem) => {
    const other = { ...GOOD, NAME: 'other', FILENAME: 'other-1-1-any.pkg.tar.zst' };
    const bytes = database([
      ['tool-1-1/desc', { ...GOOD, ...fields }],
      ['other-1-1/desc', other],
    ]);
    const { packages, bad } = read([bytes]);
    expect(packages.map(({ record }) => record.name)).toEqual(['other']);
    expect(bad).toEqual([{ where: 'tool-1-1', problem: expect.stringContaining(problem) }]);
  });

  test('a name that is there twice, and files that no database has, are told', () => {
    const bytes = database([
      ['tool-1-1/desc', GOOD],
      ['tool-2-1/desc', { ...GOOD, VERSION: '2-1' }],
      ['README', {}],
    ]);
    const { packages, bad } = read([bytes]);
    expect(packages).toHaveLength(1);
    expect(bad.map(({ where }) => where).toSorted()).toEqual(['README', 'tool-2-1']);
  });

  test('a package that would lie elsewhere is not taken', () => {
    const { packages, bad } = read([gunzipSync(fixtureBytes('hostile/pacman-filename-slash.db.tar.gz'))]);
    expect(packages).toEqual([]);
    expect(bad).toHaveLength(1);
  });
});
