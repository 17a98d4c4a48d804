import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../core/byte-source.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { readDeb } from './read-deb.ts';

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
    expect(meta.lints.map((lint) => lint.code)).toEqual(
      /-czst|-dzst/.test(path) ? expectedZstdLints(path) : [],
    );
  });

  test.each(readdirSync(new URL('deb/expected/control/', fixtures)))('%s, field by field', async (file) => {
    const path = packages().find((it) => basename(it) === file.replace(/\.control$/, ''));
    const meta = await readDeb(sourceOf(path ?? '', bytesOf(path ?? '')));
    expect(`${meta.metadata}\n`).toBe(Buffer.from(bytesOf(`deb/expected/control/${file}`)).toString('utf8'));
  });
});

function expectedZstdLints(path: string): string[] {
  return [...path.matchAll(/-[cd]zst/g)].map(() => 'deb-zstd');
}

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
        hint: expect.any(String),
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
        const result = await readDeb(sourceOf('fuzz.deb', bytes)).catch((error: unknown) => error);
        if (!(result instanceof PakhusError)) expect(result).toMatchObject({ name: expect.any(String) });
      }),
      { numRuns: 2000 },
    );
  });
});
