import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { debFixtures, fixtureBytes } from '../../../tests/support/deb-fixtures.ts';
import { writeAr } from '../../codec/ar.ts';
import { type TarWriteEntry, writeTar } from '../../codec/tar-writer.ts';
import type { ByteSource } from '../../core/byte-source.ts';
import { readDeb } from './read-deb.ts';

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
  test.each(debFixtures())('%s', async (path) => {
    const bytes = fixtureBytes(path);
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

  test.each(readdirSync(new URL('../../../tests/fixtures/deb/expected/control/', import.meta.url)))(
    '%s, field by field',
    async (file) => {
      const path = debFixtures().find((it) => basename(it) === file.replace(/\.control$/, ''));
      const meta = await readDeb(sourceOf(path ?? '', fixtureBytes(path ?? '')));
      expect(`${meta.metadata}\n`).toBe(
        Buffer.from(fixtureBytes(`deb/expected/control/${file}`)).toString('utf8'),
      );
    },
  );
});

test('packages that are read at the same time do not mix', async () => {
  const paths = debFixtures();
  const read = (path: string) => readDeb(sourceOf(path, fixtureBytes(path), true));
  const alone = [];
  for (const path of paths) alone.push(await read(path));
  expect(await Promise.all(paths.map(read))).toEqual(alone);
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
      'a compression that is a word of JavaScript',
      [format, controlTar, { ...dataTar, name: 'data.tartoString' }],
      'the compression is none that clients read there',
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

  test('a data.tar that unpacks to far more than it weighs is refused', async () => {
    const entry = tar({ path: './zeros', bytes: Buffer.alloc(64 * 1024 ** 2) }).subarray(0, -1024);
    const frame = zstdCompressSync(entry);
    const bytes = Buffer.concat(Array.from({ length: 9 }, () => frame));
    const refused = read(format, controlTar, { name: 'data.tar.zst', bytes });
    await expect(refused).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
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
