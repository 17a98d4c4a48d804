import { describe, expect, test } from 'vitest';
import {
  extension,
  paxRecord,
  readTar,
  TAR_END,
  tarBlock,
  tarFailure,
  tarOctal,
  withBody,
} from '../../tests/support/tar-archives.ts';

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
    ['a type of a vendor', { 124: tarOctal(3), 156: 'V' }, 'abc', { type: 'other', sizeBytes: 3 }],
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
    const archive = Buffer.concat([withBody(tarBlock({ 0: 'n', ...fields }), body), TAR_END]);
    expect(readTar(archive)).toEqual([expect.objectContaining(expected)]);
  });

  test('a checksum over signed bytes is accepted, as old writers made it', () => {
    const header = tarBlock({ 0: 'n\xe4me' });
    const unsigned = Number.parseInt(header.toString('latin1', 148, 154), 8);
    header.write((unsigned - 256).toString(8).padStart(6, '0'), 148, 'latin1');
    expect(readTar(header)).toHaveLength(1);
  });

  test.each([
    ['a wrong checksum', () => Buffer.from(tarBlock({ 0: 'n' })).fill('m', 0, 1), 'has checksum'],
    [
      'letters for a checksum',
      () => Buffer.from(tarBlock({ 0: 'n' })).fill('x', 148, 150),
      'checksum unreadable',
    ],
    ['a size that is no number', () => tarBlock({ 0: 'n', 124: '12x' }), 'a size that is no number'],
    ['a negative size', () => tarBlock({ 0: 'n', 124: new Uint8Array(12).fill(0xff) }), 'negative size -1'],
    ['no name', () => tarBlock({}), 'a tar entry has no name'],
    [
      'a link with data',
      () => tarBlock({ 0: 'n', 124: tarOctal(3), 156: '2' }),
      'is a link, but has 3 bytes',
    ],
    [
      'a directory with data',
      () => tarBlock({ 0: 'n', 124: tarOctal(3), 156: '5' }),
      'is directory, but has 3 bytes',
    ],
    ['a sparse file', () => tarBlock({ 0: 'n', 156: 'S' }), 'sparse file'],
  ])('%s is ARCHIVE_CORRUPT', (_, make, message) => {
    expect(tarFailure(make())).toMatch(/^ARCHIVE_CORRUPT x\.tar is corrupt/);
    expect(tarFailure(make())).toContain(message);
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
    ['an empty extension', [tarBlock({ 0: 'meta', 156: 'x' })], { path: 'n' }],
  ])('%s', (_, extensions, expected) => {
    const archive = Buffer.concat([...extensions, tarBlock({ 0: 'n', 156: '2', 157: 'l' }), TAR_END]);
    expect(readTar(archive)).toEqual([expect.objectContaining(expected)]);
  });

  test('a pax size wins over the one of the header, for one entry', () => {
    const archive = Buffer.concat([
      extension('x', paxRecord('size', '3')),
      withBody(tarBlock({ 0: 'a' }), 'abc'),
      tarBlock({ 0: 'b' }),
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
    ['nothing after it', Buffer.concat([extension('x', paxRecord('path', 'a')), TAR_END])],
  ])('%s is ARCHIVE_CORRUPT', (_, header) => {
    expect(tarFailure(Buffer.concat([header, tarBlock({ 0: 'n' })]))).toMatch(/^ARCHIVE_CORRUPT/);
  });
});

describe('the end', () => {
  const file = withBody(tarBlock({ 0: 'n', 124: tarOctal(600) }), Buffer.alloc(600, 'x'));

  test.each([
    ['without zero blocks', file],
    ['with one zero block', Buffer.concat([file, Buffer.alloc(512)])],
    ['with padding to 10 KiB', Buffer.concat([file, Buffer.alloc(10_240 - file.length)])],
    ['with junk after the zero blocks', Buffer.concat([file, TAR_END, Buffer.from('junk')])],
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
    expect(tarFailure(file.subarray(0, length))).toMatch(/^ARCHIVE_TRUNCATED x\.tar is truncated/);
  });

  test('an archive that stops after an extension is ARCHIVE_TRUNCATED', () => {
    expect(tarFailure(extension('L', 'long'))).toMatch(/^ARCHIVE_TRUNCATED/);
  });
});

describe('limits: ARCHIVE_TOO_LARGE', () => {
  test.each([
    ['entries', Buffer.concat([tarBlock({ 0: 'a' }), tarBlock({ 0: 'b' })]), { entries: 1 }],
    ['a file beyond the archive', tarBlock({ 0: 'a', 124: tarOctal(5000) }), { totalBytes: 4096 }],
    [
      'a size of 2^62',
      tarBlock({ 0: 'a', 124: Uint8Array.of(0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0) }),
      {},
    ],
    [
      'a pax size of 2^62',
      Buffer.concat([extension('x', paxRecord('size', String(2n ** 62n))), tarBlock({ 0: 'a' })]),
      {},
    ],
    ['a long name', tarBlock({ 0: 'a', 124: tarOctal(65_537), 156: 'L' }), {}],
    ['a pax header', tarBlock({ 0: 'a', 124: tarOctal(1_048_577), 156: 'x' }), {}],
    [
      'extensions in all',
      Buffer.concat([extension('L', 'a'.repeat(60)), extension('L', 'a')]),
      { metadataBytes: 60 },
    ],
  ])('%s', (_, archive, limits) => {
    expect(tarFailure(archive, limits)).toMatch(/^ARCHIVE_TOO_LARGE x\.tar is too large/);
  });
});
