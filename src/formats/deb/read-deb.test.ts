import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeAr } from '../../codec/ar.ts';
import { parseStanzas } from '../../codec/deb822.ts';
import { type TarWriteEntry, writeTar } from '../../codec/tar-writer.ts';
import type { ByteSource } from '../../core/byte-source.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageMeta } from '../format.ts';
import { readDeb } from './read-deb.ts';
import { renderPackages } from './render-packages.ts';
import { writeDeb } from './write-deb.ts';

const fixtures = new URL('../../../tests/fixtures/', import.meta.url);
const hostile = readFileSync(new URL('hostile/manifest.tsv', fixtures), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([file = '', format, wrong, expected]) => ({ file, format, wrong, expected }));

function bytesOf(path: string): Uint8Array {
  return readFileSync(new URL(path.split('/').map(encodeURIComponent).join('/'), fixtures));
}

function packages(): string[] {
  const files = readdirSync(new URL('deb/pool/', fixtures), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.u?deb$/.test(file)).map((file) => `deb/pool/${file}`);
}

/** A source in memory that checks the order of the reads: each byte once, ascending. */
function sourceOf(name: string, bytes: Uint8Array, isAsync = false): ByteSource & { readBytes(): number } {
  let offset = 0;
  return {
    name,
    sizeBytes: bytes.length,
    readBytes: () => offset,
    read: (start, length) => {
      expect(start).toBe(offset);
      offset += length;
      const piece = bytes.subarray(start, start + length);
      return isAsync ? Promise.resolve(piece) : piece;
    },
  };
}

describe('a package is read', () => {
  test.each(packages())('%s', async (path) => {
    const bytes = bytesOf(path);
    const source = sourceOf(path, bytes);
    const meta = await readDeb(source);
    expect(source.readBytes()).toBe(bytes.length);
    const [, name, version, architecture] = /([^/_]+)_([^_]+)_([^_]+)\.u?deb$/.exec(path) ?? [];
    expect(meta).toMatchObject({ name, architecture });
    expect(meta.version.replace(/^[0-9]+:/, '')).toBe(version);
    expect(meta.slot).toBe(path.endsWith('.udeb') ? `udeb-${architecture}` : architecture);
    expect(await readDeb(sourceOf(path, bytes, true))).toEqual(meta);
    expect(meta.lints.map((lint) => lint.code)).toEqual(zstdMembers(bytes).map(() => 'deb-zstd'));
  });

  test.each(readdirSync(new URL('deb/expected/control/', fixtures)))('%s, field by field', async (file) => {
    const path = packages().find((it) => basename(it) === file.replace(/\.control$/, ''));
    const meta = await readDeb(sourceOf(path ?? '', bytesOf(path ?? '')));
    expect(`${meta.metadata}\n`).toBe(Buffer.from(bytesOf(`deb/expected/control/${file}`)).toString('utf8'));
  });
});

function zstdMembers(bytes: Uint8Array): string[] {
  return (
    Buffer.from(bytes)
      .toString('latin1')
      .match(/(control|data)\.tar\.zst(?= )/g) ?? []
  );
}

describe('members of the archive', () => {
  const control = 'Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n';
  const format = { name: 'debian-binary', bytes: Buffer.from('2.0\n') };
  const tar = (...entries: TarWriteEntry[]) => writeTar(entries, { mtimeSeconds: 0 });
  const controlTar = { name: 'control.tar', bytes: tar({ path: './control', bytes: Buffer.from(control) }) };
  const dataTar = { name: 'data.tar', bytes: tar({ path: './', type: 'directory' }) };
  const odd = { name: '_odd', bytes: Buffer.from('xyz') };

  const read = (...members: { name: string; bytes: Uint8Array }[]) =>
    readDeb(sourceOf('x.deb', writeAr(members, { mtimeSeconds: 0 })));

  test.each([
    ['in their order', [format, controlTar, dataTar]],
    ['with others between, whose names begin with _', [format, odd, controlTar, odd, dataTar]],
    ['with any others after them', [format, controlTar, dataTar, odd, { ...odd, name: 'note' }]],
    ['of a later minor version', [{ ...format, bytes: Buffer.from('2.10\nmore\n') }, controlTar, dataTar]],
    [
      'where control is spelled otherwise',
      [
        format,
        { name: 'control.tar', bytes: tar({ path: 'control', bytes: Buffer.from(control) }) },
        dataTar,
      ],
    ],
  ])('%s are read', async (_title, members) => {
    expect(await read(...members)).toMatchObject({ name: 'hello', version: '1', lints: [] });
  });

  const controlOf = (...entries: TarWriteEntry[]) => ({ name: 'control.tar', bytes: tar(...entries) });
  const file = { bytes: Buffer.from(control) };
  test.each([
    ['another first member', [odd, format], 'its first member is _odd'],
    ['a version to come', [{ ...format, bytes: Buffer.from('3.0\n') }], 'debian-binary says "3.0\\n"'],
    ['no version', [{ ...format, bytes: Buffer.from('2.0') }], 'debian-binary says "2.0"'],
    ['two formats', [format, format], 'after debian-binary comes debian-binary, expected control.tar'],
    ['an unknown member', [format, { ...odd, name: 'odd' }], 'after debian-binary comes odd'],
    ['a second data.tar', [format, controlTar, dataTar, dataTar], 'after data.tar comes data.tar'],
    ['a late control.tar', [format, controlTar, dataTar, controlTar], 'after data.tar comes control.tar'],
    [
      'a compression that dpkg does not read',
      [format, { ...controlTar, name: 'control.tar.bz2' }],
      '(.gz, .xz, .zst)',
    ],
    [
      'control as a folder',
      [format, controlOf({ path: 'control/', type: 'directory' })],
      'control is a directory',
    ],
    [
      'control as a hard link',
      [format, controlOf({ path: 'a', ...file }, { path: 'control', type: 'hardLink', linkPath: 'a' })],
      'control is a hardLink',
    ],
    [
      'control twice',
      [format, controlOf({ path: './control', ...file }, { path: './/control', ...file })],
      'two files named control',
    ],
    ['a path out of control.tar', [format, controlOf({ path: '../x', ...file })], 'leaves its folder'],
    [
      'a hard link out of data.tar',
      [
        format,
        controlTar,
        { name: 'data.tar', bytes: tar({ path: 'a', type: 'hardLink', linkPath: '../etc/passwd' }) },
      ],
      'leaves its folder',
    ],
    [
      'a data.tar that ends too soon',
      [
        format,
        controlTar,
        { name: 'data.tar', bytes: tar({ path: 'a', bytes: Buffer.alloc(600) }).subarray(0, 800) },
      ],
      'is truncated',
    ],
    [
      'too many entries',
      [format, controlOf(...Array.from({ length: 10_001 }, (_, i) => ({ path: `${i}` })))],
      '10000',
    ],
  ])('%s is refused', async (_title, members, message) => {
    await expect(read(...members)).rejects.toThrow(message);
  });

  test('a symbolic link may point anywhere', async () => {
    const bytes = tar({ path: 'a', type: 'symbolicLink', linkPath: '../../b' });
    expect(await read(format, controlTar, { name: 'data.tar', bytes })).toMatchObject({ name: 'hello' });
  });

  test('a large package is read in pieces', async () => {
    const bytes = tar({ path: './', type: 'directory' }, { path: './noise', bytes: randomBytes(3_500_001) });
    const members = [format, controlTar, { name: 'data.tar', bytes }, odd];
    const deb = writeAr(members, { mtimeSeconds: 0 });
    for (const isAsync of [false, true]) {
      const source = sourceOf('x.deb', deb, isAsync);
      expect(await readDeb(source)).toMatchObject({ name: 'hello' });
      expect(source.readBytes()).toBe(deb.length);
    }
    await expect(readDeb(sourceOf('x.deb', deb.subarray(0, 3_000_000)))).rejects.toThrow('is truncated');
  });

  test('a small package is read without a turn of the event loop', async () => {
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await readDeb(sourceOf('x.deb', writeAr([format, controlTar, dataTar], { mtimeSeconds: 0 })));
    expect(turned).toBe(false);
  });
});

describe('a hostile file', () => {
  const debs = hostile.filter((row) => row.format === 'deb');

  test('the manifest names them', () => {
    expect(debs.length).toBeGreaterThan(20);
  });

  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    'deb-empty.deb': ['ARCHIVE_TRUNCATED', 'is empty (0 bytes)'],
    'deb-not-ar.deb': ['PACKAGE_INVALID', 'does not begin with "!<arch>'],
    'deb-truncated-in-control.deb': ['ARCHIVE_TRUNCATED', 'control.tar.gz has'],
    'deb-truncated-in-data.deb': ['ARCHIVE_TRUNCATED', 'data.tar.gz has'],
    'deb-ar-size-beyond-eof.deb': ['ARCHIVE_TRUNCATED', 'control.tar.gz has'],
    'deb-ar-size-negative.deb': ['ARCHIVE_CORRUPT', '"-1 '],
    'deb-ar-size-not-a-number.deb': ['ARCHIVE_CORRUPT', 'not a decimal number'],
    'deb-no-control-member.deb': [
      'PACKAGE_INVALID',
      'after debian-binary comes data.tar.gz, expected control.tar',
    ],
    'deb-no-data-member.deb': ['PACKAGE_INVALID', 'it ends after control.tar, without data.tar'],
    'deb-two-control-members.deb': [
      'PACKAGE_INVALID',
      'after control.tar comes control.tar.gz, expected data.tar',
    ],
    'deb-no-control-file.deb': ['PACKAGE_INVALID', 'no file named control'],
    'deb-control-is-symlink.deb': ['PACKAGE_INVALID', 'control is a symbolicLink'],
    'deb-control-size-huge-base256.deb': ['ARCHIVE_TOO_LARGE', 'control'],
    'deb-control-bad-tar-checksum.deb': ['ARCHIVE_CORRUPT', 'checksum'],
    'deb-package-path-traversal.deb': ['PACKAGE_INVALID', 'Package "../../wobble"'],
    'deb-version-cr-injection.deb': ['PACKAGE_INVALID', 'carriage return'],
    'deb-missing-version.deb': ['PACKAGE_INVALID', 'Version: the field is missing'],
    'deb-duplicate-field.deb': ['PACKAGE_INVALID', 'field Package again'],
    'deb-two-stanzas.deb': ['PACKAGE_INVALID', 'a second stanza'],
    'deb-nul-in-field.deb': ['PACKAGE_INVALID', 'U+0000'],
    'deb-bomb-xz-control.deb': ['ARCHIVE_TOO_LARGE', '200000000 bytes'],
    'deb-data-path-traversal.deb': ['ARCHIVE_UNSAFE_PATH', '../../escaped-fixture'],
    'deb-filename-injection.deb': ['deb-own-index-fields', 'Filename, Size, MD5sum, SHA256'],
    'deb-invalid-utf8-description.deb': ['deb-not-utf8', 'not UTF-8'],
  };

  test.each(debs)('$file: $wrong → $expected', async ({ file, expected }) => {
    const [code = '', text = ''] = reasons[file] ?? [];
    const result = await readDeb(sourceOf(file, bytesOf(`hostile/${file}`))).catch((error: unknown) => error);
    if (expected === 'reject') {
      expect(result).toBeInstanceOf(PakhusError);
      expect(result).toMatchObject({
        code,
        message: expect.stringContaining(text),
      });
      expect(result).toMatchObject({ message: expect.stringContaining(file) });
    } else {
      expect(expected).toBe('accept-with-warning');
      expect(result).toMatchObject({ lints: [{ code, message: expect.stringContaining(text) }] });
    }
  });
});

describe('mutated packages', () => {
  const seeds = packages().map(bytesOf);

  test('are read or refused, never more', async () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
      kind: fc.constantFrom('overwrite', 'insert', 'remove', 'cut'),
    });
    const seed = fc.constantFrom(...seeds);
    await fc.assert(
      fc.asyncProperty(seed, fc.array(edit, { minLength: 1, maxLength: 3 }), async (original, edits) => {
        let bytes = Buffer.from(original);
        for (const { at, bytes: patch, kind } of edits) {
          const offset = Math.floor(at * bytes.length);
          const after = { overwrite: patch.length, insert: 0, remove: patch.length, cut: bytes.length }[kind];
          const middle = kind === 'overwrite' || kind === 'insert' ? patch : new Uint8Array();
          bytes = Buffer.concat([bytes.subarray(0, offset), middle, bytes.subarray(offset + after)]);
        }
        await expectMetaOrRefusal(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test('with other control files come out as one stanza, or not at all', async () => {
    const control =
      'Package: hello\nVersion: 1:1.0-1\nArchitecture: all\nDepends: a (>= 1) | b\nDescription: x\n y\n';
    const piece = fc.oneof(
      fc.constantFrom(
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        ' ',
        '\n ',
        ':',
        '\0',
        '\x1a',
        '\v',
        '(=1)',
        ',',
        '/',
        '..',
        'Filename: x',
      ),
      fc.constantFrom('\nSize: 1', '\nsha256 : 0', '\nFilename:', '\u2028', '\u0085', 'ä', '\ufeff'),
      fc.string({ maxLength: 3 }),
    );
    const edits = fc.array(fc.tuple(fc.nat({ max: control.length }), piece), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edits, async (patches) => {
        let text = control;
        for (const [at, patch] of patches) text = text.slice(0, at) + patch + text.slice(at);
        await expectMetaOrRefusal(await writeDeb({ control: text, files: [], compression: 'none' }));
      }),
      { numRuns: 2000 },
    );
  });
});

/** What came out must give a stanza of its own with our fields once, whatever reader splits the lines. */
async function expectMetaOrRefusal(bytes: Uint8Array): Promise<void> {
  let meta: PackageMeta;
  try {
    meta = await readDeb(sourceOf('fuzz.deb', bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(PakhusError);
    return;
  }
  const record = { ...meta, path: 'pool/x.deb', sizeBytes: 5, sha256: 'f'.repeat(64) };
  const [stanza, ...others] = [
    ...parseStanzas(Buffer.from(renderPackages([record])).toString(), { name: 'fuzz' }),
  ];
  expect(others).toEqual([]);
  const values = (name: string) =>
    stanza?.filter((field) => field.name.toLowerCase() === name).map((it) => it.value);
  expect(values('package')).toEqual([meta.name]);
  expect(values('version')).toEqual([meta.version]);
  expect(values('filename')).toEqual(['pool/x.deb']);
  expect(values('size')).toEqual(['5']);
  expect(values('sha256')).toEqual(['f'.repeat(64)]);
}
