import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { TOOLS } from '../../../tests/support/packed.ts';
import { type TarWriteEntry, writeTar } from '../../codec/tar-writer.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PackageMeta } from '../format.ts';
import { listFiles } from './file-list.ts';
import { readPackage } from './read-package.ts';

const PKGINFO = 'pkgname = hello\npkgver = 1.0-1\narch = any\nsize = 7\n';

function made(pkginfo: string | Uint8Array, ...more: readonly TarWriteEntry[]): Uint8Array {
  return writeTar([{ path: '.PKGINFO', bytes: Buffer.from(pkginfo) }, ...more], { mtimeSeconds: 0 });
}

const read = (bytes: Uint8Array, name = 'hello.pkg.tar'): Promise<PackageMeta> =>
  readPackage(memorySource(name, bytes));

const codes = (meta: PackageMeta): readonly string[] => meta.lints.map(({ code }) => code);

describe('packages of makepkg', () => {
  test.each([
    ['x86_64/gatepost-0.9-1-any.pkg.tar.gz', 'gatepost', '0.9-1', 'any'],
    ['x86_64/gatepost-0.9rc1-1.1-any.pkg.tar.xz', 'gatepost', '0.9rc1-1.1', 'any'],
    ['x86_64/hinge++-20260101-1-x86_64.pkg.tar.gz', 'hinge++', '20260101-1', 'x86_64'],
    ['x86_64/latch-1-1-x86_64.pkg.tar', 'latch', '1-1', 'x86_64'],
    ['x86_64/wicket-2:1.4.0+r12.gabcdef0-3-x86_64.pkg.tar.zst', 'wicket', '2:1.4.0+r12.gabcdef0-3', 'x86_64'],
  ])('%s', async (path, name, version, architecture) => {
    const meta = await read(fixtureBytes(`pacman/${path}`), 'whatever');
    expect(meta).toMatchObject({ name, version, architecture, slot: architecture, lints: [] });
    expect(meta.metadata.split('\n')[1]).toBe(path.slice('x86_64/'.length));
  });

  test('bzip2 is unpacked too, and told by its first bytes', async () => {
    const plain = gunzipSync(fixtureBytes('pacman/x86_64/gatepost-0.9-1-any.pkg.tar.gz'));
    const meta = await read(TOOLS.bzip2(plain), 'gatepost.pkg.tar.zst');
    expect(meta.metadata).toContain('gatepost-0.9-1-any.pkg.tar.bz2\n');
  });
});

describe('a hostile file', () => {
  test.each([
    ['pacman-no-pkginfo.pkg.tar.zst', 'PACKAGE_INVALID', 'there is no .PKGINFO'],
    ['pacman-name-path-traversal.pkg.tar.zst', 'PACKAGE_INVALID', 'pkgname "../../wobble"'],
    ['pacman-truncated.pkg.tar.zst', 'ARCHIVE_TRUNCATED', ''],
    ['deb-empty.deb', 'ARCHIVE_TRUNCATED', 'it is empty'],
    ['deb-not-ar.deb', 'ARCHIVE_', ''],
  ])('%s is refused by name', async (file, code, why) => {
    const error = await read(fixtureBytes(`hostile/${file}`), file).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(PakhusError);
    expect(error).toMatchObject({ code: expect.stringContaining(code) });
    expect(error).toMatchObject({ message: expect.stringContaining(file) });
    expect(error).toMatchObject({ message: expect.stringContaining(why) });
  });

  test.each<[what: string, bytes: Uint8Array, why: string]>([
    ['two .PKGINFO', made(PKGINFO, { path: '.PKGINFO' }), '.PKGINFO is there twice'],
    [
      '.PKGINFO as a link',
      writeTar([{ path: '.PKGINFO', type: 'symbolicLink', linkPath: '/etc/passwd' }], { mtimeSeconds: 0 }),
      'is a symbolicLink',
    ],
    [
      '.PKGINFO where pacman does not look',
      writeTar([{ path: './.PKGINFO', bytes: Buffer.from(PKGINFO) }], { mtimeSeconds: 0 }),
      'there is no .PKGINFO',
    ],
    ['a path that leaves', made(PKGINFO, { path: 'usr/../../x' }), 'leaves its folder'],
    [
      'a hard link that leaves',
      made(PKGINFO, { path: 'x', type: 'hardLink', linkPath: '../x' }),
      'leaves its folder',
    ],
    ['a name with a path', made(PKGINFO.replace('hello', 'a/b')), 'pkgname "a/b"'],
    ['a name that begins with a dot', made(PKGINFO.replace('hello', '.hello')), 'it begins with "."'],
    ['a version without release', made(PKGINFO.replace('1.0-1', '1.0')), 'there is no release'],
    ['a version with a slash', made(PKGINFO.replace('1.0-1', '1/../0-1')), 'pkgver "1/../0-1"'],
    ['an architecture with a slash', made(PKGINFO.replace('any', '../x')), 'arch "../x"'],
    ['two names', made(`${PKGINFO}pkgname = other\n`), 'pkgname: it is there twice'],
    ['no name', made(PKGINFO.replace('pkgname = hello', 'pkgname =')), 'pkgname: it is missing'],
    ['a size that is none', made(PKGINFO.replace('7', '7x')), 'size "7x": expected a whole number'],
    ['a line of another language', made(`${PKGINFO}hello\n`), 'line 5: "hello" is no "key = value"'],
    ['control characters', made(`${PKGINFO}pkgdesc = a\u001bb\n`), 'line 5: it has control characters'],
    [
      'a line of 70,000 bytes',
      made(`${PKGINFO}pkgdesc = ${'x'.repeat(70_000)}\n`),
      'it has more than 65536 bytes',
    ],
    ['a long file name', made(PKGINFO.replace('hello', 'h'.repeat(240))), 'the file name would have'],
  ])('%s is refused', async (_what, bytes, why) => {
    await expect(read(bytes)).rejects.toThrow(why);
  });

  test('a .PKGINFO over 16 MiB is refused before it is read', async () => {
    const bytes = gzipSync(made(Buffer.alloc(17 * 1024 ** 2, '#')));
    await expect(read(bytes)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
  });
});

test('what makepkg would not write, but pacman takes, is taken', async () => {
  const text = `# a comment\n\n${PKGINFO}url = \nxdata = pkgtype=pkg\nneverheardof = x\npkgdesc =  a \t b  `;
  const meta = await read(made(text));
  expect(meta.metadata).toContain('%DESC%\na b\n');
  expect(meta.metadata).not.toContain('URL');
  expect(codes(meta)).toEqual(['pacman-no-mtree']);
});

test('Latin-1 is converted, with a word about it', async () => {
  const meta = await read(made(Buffer.from(`${PKGINFO}packager = Jürgen\n`, 'latin1')));
  expect(meta.metadata).toContain('%PACKAGER%\nJürgen\n');
  expect(codes(meta)).toContain('pacman-not-utf8');
});

test('the list of files is sorted by bytes, one line each, without what begins with a dot', () => {
  const paths = ['usr/b', 'usr/', '.MTREE', 'usr/\u{1f600}', 'usr/\uffee', 'usr/a\nb', 'usr/\\x', 'usr/b'];
  expect(listFiles(paths)).toEqual([
    'usr/',
    'usr/\\\\x',
    'usr/a\\nb',
    'usr/b',
    'usr/\uffee',
    'usr/\u{1f600}',
  ]);
});
