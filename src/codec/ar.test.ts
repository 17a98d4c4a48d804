import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasCode } from '../core/pakhus-error.ts';
import { AR_HEADER_BYTES, AR_MAGIC, arPaddedBytes, isAr, parseArHeader, writeAr } from './ar.ts';

const FIXTURES = new URL('../../tests/fixtures/', import.meta.url);

function header(fields: { name?: string; size?: string; end?: string }): Uint8Array {
  const { name = 'control.tar.gz', size = '12', end = '`\n' } = fields;
  return Buffer.from(
    `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${size.padEnd(10)}${end}`,
    'latin1',
  );
}

describe('parseArHeader', () => {
  test.each([
    ['as dpkg-deb writes it', { name: 'debian-binary', size: '4' }, { name: 'debian-binary', sizeBytes: 4 }],
    ['as GNU ar writes it', { name: 'debian-binary/', size: '4' }, { name: 'debian-binary', sizeBytes: 4 }],
    [
      'with a name of 16 characters',
      { name: 'abcdefghijklmnop', size: '0' },
      { name: 'abcdefghijklmnop', sizeBytes: 0 },
    ],
    ['with ten digits', { size: '9999999999' }, { name: 'control.tar.gz', sizeBytes: 9_999_999_999 }],
    ['with leading zeros', { size: '0000000012' }, { name: 'control.tar.gz', sizeBytes: 12 }],
  ])('reads a header %s', (_, fields, expected) => {
    expect(parseArHeader(header(fields), { name: 'x.deb' })).toEqual(expected);
  });

  test.each([
    ['a negative size', { size: '-1' }, 'the size of ar member control.tar.gz is "-1        "'],
    ['a size in hex', { size: '0x10' }, 'not a decimal number'],
    ['a size with a space in front', { size: ' 12' }, 'not a decimal number'],
    ['a size with a sign', { size: '+12' }, 'not a decimal number'],
    ['no size', { size: '' }, 'not a decimal number'],
    ['NUL after the size', { size: '12\0' }, 'not a decimal number'],
    ['another end', { end: '\n`' }, 'does not end with "`\\n"'],
    ['no name', { name: '' }, 'the name of an ar member is ""'],
    ['a NUL in the name', { name: 'a\0b' }, 'the name of an ar member is "a\\u0000b"'],
    ['a line break in the name', { name: 'a\nb' }, 'the name of an ar member is "a\\nb"'],
  ])('refuses %s', (_, fields, message) => {
    expect(() => parseArHeader(header(fields), { name: 'pool/x.deb' })).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_CORRUPT', message: expect.stringContaining(message) }),
    );
    expect(() => parseArHeader(header(fields), { name: 'pool/x.deb' })).toThrow('pool/x.deb is corrupt');
  });

  test('never fails with anything but ARCHIVE_CORRUPT', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 60 }), (bytes) => {
        bytes.set(Buffer.from('`\n'), 58);
        try {
          const member = parseArHeader(bytes, { name: 'x.deb' });
          expect(member.sizeBytes).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(hasCode(error, 'ARCHIVE_CORRUPT')).toBe(true);
        }
      }),
    );
  });
});

test('isAr knows an archive by its first bytes', () => {
  expect(isAr(Buffer.from('!<arch>\ndebian'))).toBe(true);
  expect(isAr(Buffer.from('!<arch>'))).toBe(false);
  expect(isAr(Buffer.from('<html>  '))).toBe(false);
  expect(isAr(new Uint8Array())).toBe(false);
});

test('arPaddedBytes rounds up to an even offset', () => {
  expect([0, 1, 2, 3].map(arPaddedBytes)).toEqual([0, 2, 2, 4]);
});

function readAll(archive: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const members = [];
  for (let at = AR_MAGIC.length; at < archive.length; ) {
    const member = parseArHeader(archive.subarray(at, at + AR_HEADER_BYTES), { name: 'x.deb' });
    at += AR_HEADER_BYTES;
    members.push({ name: member.name, bytes: archive.subarray(at, at + member.sizeBytes) });
    at += arPaddedBytes(member.sizeBytes);
  }
  return members;
}

describe('writeAr', () => {
  test('writes a dpkg-deb package back byte for byte', () => {
    const original = readFileSync(new URL('deb/pool/matrix/oskeld-cgz-dxz_1.0-1_all.deb', FIXTURES));
    const written = writeAr(readAll(original), { mtimeSeconds: 1767225600 });
    expect(Buffer.compare(written, original)).toBe(0);
  });

  test('writes what ar reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pakhus-ar-'));
    try {
      const file = join(folder, 'x.a');
      const odd = Buffer.from('odd');
      writeFileSync(
        file,
        writeAr(
          [
            { name: 'first', bytes: odd },
            { name: 'second', bytes: new Uint8Array() },
          ],
          { mtimeSeconds: 0 },
        ),
      );
      expect(execFileSync('ar', ['t', file], { encoding: 'utf8' })).toBe('first\nsecond\n');
      expect(execFileSync('ar', ['p', file, 'first'], { encoding: 'utf8' })).toBe('odd');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
