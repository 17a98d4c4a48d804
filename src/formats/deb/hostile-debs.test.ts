import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { debFixtures, fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { parseStanzas } from '../../codec/deb822.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageMeta } from '../format.ts';
import { readDeb } from './read-deb.ts';
import { renderPackages } from './render-packages.ts';
import { writeDeb } from './write-deb.ts';

const hostile = Buffer.from(fixtureBytes('hostile/manifest.tsv'))
  .toString()
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([file = '', format, wrong, expected]) => ({ file, format, wrong, expected }));

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
    const result = await readDeb(memorySource(file, fixtureBytes(`hostile/${file}`))).catch(
      (error: unknown) => error,
    );
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
  const seeds = debFixtures().map(fixtureBytes);

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
    meta = await readDeb(memorySource('fuzz.deb', bytes));
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
