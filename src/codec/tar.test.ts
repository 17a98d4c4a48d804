import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PakhusError } from '../core/pakhus-error.ts';
import type { TarEntry } from './tar-entry.ts';
import { sealTarHeader } from './tar-header.ts';
import { escapesFolder } from './tar-path.ts';
import { createTarReader, type TarLimits } from './tar-reader.ts';
import { type TarWriteEntry, writeTar } from './tar-writer.ts';

const LIMITS: TarLimits = { entries: 1000, metadataBytes: 1 << 20, totalBytes: 1 << 24 };
type ReadEntry = TarEntry & { readonly text: string };

function readTar(
  archive: Uint8Array,
  options: { chunkBytes?: number; limits?: Partial<TarLimits> } = {},
): ReadEntry[] {
  const found: { entry: TarEntry; chunks: Uint8Array[] }[] = [];
  const reader = createTarReader({
    name: 'x.tar',
    limits: { ...LIMITS, ...options.limits },
    onEntry: (entry) => {
      const chunks: Uint8Array[] = [];
      found.push({ entry, chunks });
      return (chunk) => {
        chunks.push(chunk.slice());
      };
    },
  });
  const chunkBytes = options.chunkBytes ?? 65_536;
  for (let at = 0; at < archive.length; at += chunkBytes) {
    reader.push(archive.subarray(at, Math.min(archive.length, at + chunkBytes)));
  }
  reader.end();
  return found.map(({ entry, chunks }) => ({ ...entry, text: Buffer.concat(chunks).toString('latin1') }));
}

/** A header block with fields put in by offset. */
function block(fields: Record<number, string | Uint8Array>): Buffer {
  const bytes = Buffer.alloc(512);
  for (const [offset, value] of Object.entries({
    100: '0000644',
    124: '00000000000',
    136: '00000000000',
    156: '0',
    257: 'ustar\x0000',
    ...fields,
  })) {
    bytes.set(typeof value === 'string' ? Buffer.from(value, 'latin1') : value, Number(offset));
  }
  sealTarHeader(bytes);
  return bytes;
}

function octal(value: number): string {
  return value.toString(8).padStart(11, '0');
}

function withBody(header: Buffer, body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return `${length} ${key}=${value}\n`;
}

function extension(typeFlag: 'x' | 'g' | 'L' | 'K', body: string): Buffer {
  return withBody(block({ 0: 'meta', 124: octal(Buffer.byteLength(body)), 156: typeFlag }), body);
}

function failure(archive: Uint8Array, limits: Partial<TarLimits> = {}): string {
  try {
    readTar(archive, { limits });
  } catch (error) {
    if (error instanceof PakhusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const END = Buffer.alloc(1024);

describe('archives of GNU tar', () => {
  let folder = '';
  const long = `${'d'.repeat(90)}/${'f'.repeat(80)}`;
  const veryLong = `${'d'.repeat(90)}/${'g'.repeat(200)}`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pakhus-tar-'));
    writeFileSync(join(folder, 'control'), 'Package: x\n', { mode: 0o640 });
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, 'block'), 'b'.repeat(512));
    writeFileSync(join(folder, 'naïve.txt'), 'ï');
    mkdirSync(join(folder, 'd'.repeat(90)));
    writeFileSync(join(folder, long), 'long');
    writeFileSync(join(folder, veryLong), 'very long');
    linkSync(join(folder, 'control'), join(folder, 'zhard'));
    symlinkSync('../elsewhere', join(folder, 'soft'));
    symlinkSync('t'.repeat(150), join(folder, 'softlong'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const tar = (...args: string[]): Buffer =>
    execFileSync('tar', ['-C', folder, '--sort=name', '--mtime=@1767225600', '-c', ...args, '-f', '-']);

  test.each(['gnu', 'oldgnu', 'posix'])('--format=%s reads to the same entries', (format) => {
    const entries = readTar(tar(`--format=${format}`, '.'));
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    expect(entries.map((entry) => entry.path)).toEqual([
      './',
      './block',
      './control',
      `./${'d'.repeat(90)}/`,
      `./${long}`,
      `./${veryLong}`,
      './empty',
      './naïve.txt',
      './soft',
      './softlong',
      './zhard',
    ]);
    expect(byPath.get('./control')).toEqual({
      path: './control',
      isUtf8: true,
      type: 'file',
      linkPath: '',
      sizeBytes: 11,
      mode: 0o640,
      mtimeSeconds: 1767225600,
      text: 'Package: x\n',
    });
    expect(byPath.get(`./${veryLong}`)?.text).toBe('very long');
    expect(byPath.get('./block')?.text).toBe('b'.repeat(512));
    expect(byPath.get('./')).toMatchObject({ type: 'directory', sizeBytes: 0 });
    expect(byPath.get('./soft')).toMatchObject({ type: 'symbolicLink', linkPath: '../elsewhere' });
    expect(byPath.get('./softlong')?.linkPath).toBe('t'.repeat(150));
    expect(byPath.get('./zhard')).toMatchObject({ type: 'hardLink', linkPath: './control', sizeBytes: 0 });
  });

  test('--format=ustar joins prefix and name', () => {
    const entries = readTar(tar('--format=ustar', '--exclude=g*', '--exclude=softlong', '.'));
    expect(entries.map((entry) => entry.path)).toContain(`./${long}`);
  });

  test('--format=v7 has directories without a flag', () => {
    const entries = readTar(tar('--format=v7', '--exclude=f*', '--exclude=g*', '--exclude=softlong', '.'));
    expect(entries.find((entry) => entry.path === './')?.type).toBe('directory');
  });

  test('the size of the chunks does not matter', () => {
    const archive = tar('--format=posix', '.');
    const whole = readTar(archive, { chunkBytes: archive.length });
    for (const chunkBytes of [1, 7, 511, 512, 513, 1000]) {
      expect(readTar(archive, { chunkBytes })).toEqual(whole);
    }
  });

  test('what writeTar writes lists and unpacks', () => {
    const archive = writeTar(
      [
        { path: './', type: 'directory' },
        { path: './control', bytes: Buffer.from('Package: x\n') },
        { path: `./${veryLong}`, bytes: Buffer.alloc(512, 'x') },
        { path: './soft', type: 'symbolicLink', linkPath: 't'.repeat(150) },
        { path: './hard', type: 'hardLink', linkPath: './control' },
      ],
      { mtimeSeconds: 1767225600 },
    );
    const listing = execFileSync('tar', ['-tv', '--utc', '--numeric-owner', '-f', '-'], { input: archive });
    expect(listing.toString().trimEnd().split('\n')).toEqual([
      'drwxr-xr-x 0/0               0 2026-01-01 00:00 ./',
      '-rw-r--r-- 0/0              11 2026-01-01 00:00 ./control',
      `-rw-r--r-- 0/0             512 2026-01-01 00:00 ./${veryLong}`,
      `lrwxrwxrwx 0/0               0 2026-01-01 00:00 ./soft -> ${'t'.repeat(150)}`,
      'hrw-r--r-- 0/0               0 2026-01-01 00:00 ./hard link to ./control',
    ]);
  });
});

describe('headers', () => {
  test.each([
    ['base-256 size', { 124: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3) }, 'abc', { sizeBytes: 3 }],
    ['a size padded with spaces', { 124: '          3 ' }, 'abc', { sizeBytes: 3 }],
    ['a blank mode', { 100: '       \0' }, '', { mode: 0 }],
    [
      'a time before 1970',
      { 136: Uint8Array.of(...Array.from({ length: 11 }, () => 0xff), 0xfe) },
      '',
      { mtimeSeconds: -2 },
    ],
    ['a character device', { 156: '3' }, '', { type: 'characterDevice' }],
    ['a block device', { 156: '4' }, '', { type: 'blockDevice' }],
    ['a FIFO', { 156: '6' }, '', { type: 'fifo' }],
    ['a contiguous file', { 156: '7' }, '', { type: 'file' }],
    ['a v7 directory', { 0: 'name/', 156: '\0' }, '', { type: 'directory', path: 'name/' }],
    ['a type of a vendor', { 124: octal(3), 156: 'V' }, 'abc', { type: 'other', sizeBytes: 3 }],
    ['a name that is no UTF-8', { 0: 'n\xe4me' }, '', { path: 'n\ufffdme', isUtf8: false }],
    ['a link that is no UTF-8', { 156: '2', 157: '\xe4' }, '', { linkPath: '\ufffd', isUtf8: false }],
    [
      'a GNU header with something in the place of the prefix',
      { 257: 'ustar  \0', 345: 'x' },
      '',
      { path: 'n' },
    ],
    ['a name of 100 bytes', { 0: 'n'.repeat(100) }, '', { path: 'n'.repeat(100) }],
  ])('%s is understood', (_, fields, body, expected) => {
    const archive = Buffer.concat([withBody(block({ 0: 'n', ...fields }), body), END]);
    expect(readTar(archive)).toEqual([expect.objectContaining(expected)]);
  });

  test('a checksum over signed bytes is accepted, as old writers made it', () => {
    const header = block({ 0: 'n\xe4me' });
    const unsigned = Number.parseInt(header.toString('latin1', 148, 154), 8);
    header.write((unsigned - 256).toString(8).padStart(6, '0'), 148, 'latin1');
    expect(readTar(header)).toHaveLength(1);
  });

  test.each([
    ['a wrong checksum', () => Buffer.from(block({ 0: 'n' })).fill('m', 0, 1), 'has checksum'],
    [
      'letters for a checksum',
      () => Buffer.from(block({ 0: 'n' })).fill('x', 148, 150),
      'checksum unreadable',
    ],
    ['a size that is no number', () => block({ 0: 'n', 124: '12x' }), 'a size that is no number'],
    ['a negative size', () => block({ 0: 'n', 124: new Uint8Array(12).fill(0xff) }), 'negative size -1'],
    ['no name', () => block({}), 'a tar entry has no name'],
    ['a link with data', () => block({ 0: 'n', 124: octal(3), 156: '2' }), 'is a link, but has 3 bytes'],
    [
      'a directory with data',
      () => block({ 0: 'n', 124: octal(3), 156: '5' }),
      'is directory, but has 3 bytes',
    ],
    ['a sparse file', () => block({ 0: 'n', 156: 'S' }), 'sparse file'],
  ])('%s is ARCHIVE_CORRUPT', (_, make, message) => {
    expect(failure(make())).toMatch(/^ARCHIVE_CORRUPT x\.tar is corrupt/);
    expect(failure(make())).toContain(message);
  });
});

describe('long names and pax records', () => {
  test.each([
    ['GNU long name', [extension('L', 'long\0')], { path: 'long' }],
    ['GNU long name without NUL', [extension('L', 'long')], { path: 'long' }],
    ['GNU long link', [extension('K', 'target\0')], { linkPath: 'target' }],
    [
      'pax path over a GNU long name',
      [extension('x', paxRecord('path', 'ü')), extension('L', 'l')],
      { path: 'ü' },
    ],
    ['pax linkpath', [extension('x', paxRecord('linkpath', 'target'))], { linkPath: 'target' }],
    [
      'the last of two records',
      [extension('x', paxRecord('path', 'a') + paxRecord('path', 'b'))],
      { path: 'b' },
    ],
    ['a line break in a value', [extension('x', paxRecord('comment', 'a\n9 path=b\n'))], { path: 'n' }],
    ['a global record', [extension('g', paxRecord('linkpath', 'g'))], { linkPath: 'g' }],
    [
      'a record over a global one',
      [extension('g', paxRecord('linkpath', 'g')), extension('x', paxRecord('linkpath', 'x'))],
      { linkPath: 'x' },
    ],
    [
      'an empty value',
      [extension('g', paxRecord('path', 'g')), extension('x', paxRecord('path', ''))],
      { path: 'n' },
    ],
    ['an empty extension', [block({ 0: 'meta', 156: 'x' })], { path: 'n' }],
  ])('%s', (_, extensions, expected) => {
    const archive = Buffer.concat([...extensions, block({ 0: 'n', 156: '2', 157: 'l' }), END]);
    expect(readTar(archive)).toEqual([expect.objectContaining(expected)]);
  });

  test('a pax size wins over the one of the header, for one entry', () => {
    const archive = Buffer.concat([
      extension('x', paxRecord('size', '3')),
      withBody(block({ 0: 'a' }), 'abc'),
      block({ 0: 'b' }),
    ]);
    expect(readTar(archive).map((entry) => entry.text)).toEqual(['abc', '']);
  });

  test.each([
    ['a length that is too long', extension('x', '99 path=a\n')],
    ['a length of zero', extension('x', `${paxRecord('path', 'a')}0 `)],
    ['a length that covers only itself', extension('x', `${paxRecord('path', 'a')}2 path=b\n`)],
    ['no length', extension('x', 'path=a\n')],
    ['no line break', extension('x', '9 path=ab')],
    ['no key', extension('x', '5 =a\n')],
    ['a size with a sign', extension('x', paxRecord('size', '-1'))],
    ['a NUL in a path', extension('x', paxRecord('path', 'a\0b'))],
    ['nothing after it', Buffer.concat([extension('x', paxRecord('path', 'a')), END])],
  ])('%s is ARCHIVE_CORRUPT', (_, header) => {
    expect(failure(Buffer.concat([header, block({ 0: 'n' })]))).toMatch(/^ARCHIVE_CORRUPT/);
  });
});

describe('the end', () => {
  const file = withBody(block({ 0: 'n', 124: octal(600) }), Buffer.alloc(600, 'x'));

  test.each([
    ['without zero blocks', file],
    ['with one zero block', Buffer.concat([file, Buffer.alloc(512)])],
    ['with padding to 10 KiB', Buffer.concat([file, Buffer.alloc(10_240 - file.length)])],
    ['with junk after the zero blocks', Buffer.concat([file, END, Buffer.from('junk')])],
  ])('an archive %s is whole', (_, archive) => {
    expect(readTar(archive).map((entry) => entry.path)).toEqual(['n']);
  });

  test.each([
    ['in a header', 100],
    ['after a header', 512],
    ['in the data', 1000],
    ['after the data', 512 + 600],
    ['in the padding', file.length - 1],
  ])('an archive that stops %s is ARCHIVE_TRUNCATED', (_, length) => {
    expect(failure(file.subarray(0, length))).toMatch(/^ARCHIVE_TRUNCATED x\.tar is truncated/);
  });

  test('an archive that stops after an extension is ARCHIVE_TRUNCATED', () => {
    expect(failure(extension('L', 'long'))).toMatch(/^ARCHIVE_TRUNCATED/);
  });
});

describe('limits: ARCHIVE_TOO_LARGE', () => {
  test.each([
    ['entries', Buffer.concat([block({ 0: 'a' }), block({ 0: 'b' })]), { entries: 1 }],
    ['a file beyond the archive', block({ 0: 'a', 124: octal(5000) }), { totalBytes: 4096 }],
    ['a size of 2^62', block({ 0: 'a', 124: Uint8Array.of(0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0) }), {}],
    [
      'a pax size of 2^62',
      Buffer.concat([extension('x', paxRecord('size', String(2n ** 62n))), block({ 0: 'a' })]),
      {},
    ],
    ['a long name', block({ 0: 'a', 124: octal(65_537), 156: 'L' }), {}],
    ['a pax header', block({ 0: 'a', 124: octal(1_048_577), 156: 'x' }), {}],
    [
      'extensions in all',
      Buffer.concat([extension('L', 'a'.repeat(60)), extension('L', 'a')]),
      { metadataBytes: 60 },
    ],
  ])('%s', (_, archive, limits) => {
    expect(failure(archive, limits)).toMatch(/^ARCHIVE_TOO_LARGE x\.tar is too large/);
  });
});

test.each([
  ['a/b', false],
  ['./a', false],
  ['/a', false],
  ['', false],
  ['a..b', false],
  ['...', false],
  ['..', true],
  ['../a', true],
  ['./../a', true],
  ['a/../b', true],
  ['a/..', true],
  ['/../a', true],
])('escapesFolder(%j) is %s', (path, expected) => {
  expect(escapesFolder(path)).toBe(expected);
});

const anyEntry: fc.Arbitrary<TarWriteEntry> = fc.record({
  path: fc
    .string({ unit: 'binary', minLength: 1, maxLength: 300 })
    .map((text) => `./${text.replaceAll('\0', '0')}`)
    .filter((path) => !path.endsWith('/') && path.isWellFormed()),
  bytes: fc.uint8Array({ maxLength: 2000 }),
  mode: fc.nat(0o7777),
});

test('property: what is written is read, in any chunks', () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { maxLength: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      (entries, chunkBytes) => {
        const archive = writeTar(entries, { mtimeSeconds: 7 });
        expect(readTar(archive, { chunkBytes })).toEqual(
          entries.map((entry) => ({
            path: entry.path,
            isUtf8: true,
            type: 'file',
            linkPath: '',
            sizeBytes: entry.bytes?.length,
            mode: entry.mode,
            mtimeSeconds: 7,
            text: Buffer.from(entry.bytes ?? []).toString('latin1'),
          })),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('property: mutated archives give a PakhusError or entries', () => {
  const archive = Buffer.concat([
    extension('x', paxRecord('path', 'pax') + paxRecord('size', '700')),
    withBody(block({ 0: 'a' }), Buffer.alloc(700, 'x')),
    writeTar([{ path: 'l'.repeat(200), bytes: Buffer.from('text') }], { mtimeSeconds: 0 }),
  ]);
  const mutation = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 6 }), fc.boolean(), (mutations, sealed) => {
      const bytes = Buffer.from(archive);
      for (const [at, value] of mutations) bytes[at] = value;
      if (sealed) for (const at of [0, 1024, 2560, 3584]) sealTarHeader(bytes.subarray(at, at + 512));
      expect(failure(bytes)).toMatch(/^(no error|ARCHIVE_[A-Z_]+ )/);
    }),
    { numRuns: 500 },
  );
});
