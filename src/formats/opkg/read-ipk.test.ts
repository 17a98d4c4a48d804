import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { writeAr } from '../../codec/ar.ts';
import { writeTar } from '../../codec/tar-writer.ts';
import { encodeXz } from '../../codec/xz-encoder.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { opkg } from './index.ts';
import { readIpk } from './read-ipk.ts';
import { repackIpk } from './repack.ts';
import { writeIpk } from './write-ipk.ts';

const FEED = 'opkg/feed/aarch64_cortex-a53/fixture';
const CONTROL = 'Package: hello\nVersion: 1.0-r1\nArchitecture: all\nDescription: says hello\n';

const read = (bytes: Uint8Array, name = 'x.ipk') => readIpk(memorySource(name, bytes));
const hello = (control = CONTROL): Uint8Array => writeIpk({ control, files: [] });

describe('packages of OpenWrt', () => {
  test.each([
    ['tumblek_1.2.3-r4_aarch64_cortex-a53.ipk', 'tumblek', '1.2.3-r4', 'aarch64_cortex-a53'],
    [
      'fiddle++_0.9~rc1+git20260101-r1_aarch64_cortex-a53.ipk',
      'fiddle++',
      '0.9~rc1+git20260101-r1',
      'aarch64_cortex-a53',
    ],
    [
      'luci-app-tumblek_git-26.001.00000-abcdef0_all.ipk',
      'luci-app-tumblek',
      'git-26.001.00000-abcdef0',
      'all',
    ],
    ['sub/subdir-pkg_1-r1_aarch64_cortex-a53.ipk', 'subdir-pkg', '1-r1', 'aarch64_cortex-a53'],
  ])('%s', async (file, name, version, architecture) => {
    const bytes = fixtureBytes(`${FEED}/${file}`);
    expect(opkg.recognise(bytes.subarray(0, 4096), file)).toBe(true);
    const meta = await read(bytes, file);
    expect(meta).toMatchObject({ name, version, architecture, slot: architecture, lints: [] });
  });

  test('one in the form of Yocto is read, with a word about it', async () => {
    const file = 'yoctish_1.0-r0_cortexa53.ipk';
    const bytes = fixtureBytes(`opkg/ar-form/${file}`);
    expect(opkg.recognise(bytes.subarray(0, 4096), file)).toBe(true);
    expect(opkg.recognise(bytes.subarray(0, 4096), 'yoctish.deb')).toBe(false);
    const meta = await read(bytes, file);
    expect(meta).toMatchObject({ name: 'yoctish', version: '1.0-r0', architecture: 'cortexa53' });
    expect(meta.lints.map(({ code }) => code)).toEqual(['opkg-ar']);
  });

  test('a large one is read in pieces, each byte once, in their order', async () => {
    const bytes = writeIpk({
      control: CONTROL,
      files: [{ path: './usr/share/large', bytes: randomBytes(5_000_000) }, { path: './usr/share/more' }],
    });
    let next = 0;
    const source = {
      name: 'large.ipk',
      sizeBytes: bytes.length,
      read: async (offset: number, length: number) => {
        expect(offset).toBe(next);
        next += length;
        return bytes.subarray(offset, offset + length);
      },
    };
    expect(await readIpk(source)).toMatchObject({ name: 'hello', lints: [] });
    expect(next).toBe(bytes.length);
    const flipped = bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1);
    await expect(read(flipped)).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
  });

  test('kernel and libc are in no index, which is said', async () => {
    const meta = await read(hello(CONTROL.replace('hello', 'libc')));
    expect(meta.lints).toEqual([expect.objectContaining({ code: 'opkg-unlisted' })]);
  });
});

describe('hostile files', () => {
  test.each<[string, string, RegExp]>([
    ['ipk-empty.ipk', 'ARCHIVE_TRUNCATED', /is empty \(0 bytes\)/],
    ['ipk-truncated.ipk', 'ARCHIVE_TRUNCATED', /truncated/],
    ['ipk-plain-outer-tar.ipk', 'PACKAGE_INVALID', /not compressed with gzip/],
    ['ipk-missing-architecture.ipk', 'PACKAGE_INVALID', /Architecture: the field is missing/],
  ])('%s is refused by name', async (file, code, message) => {
    const error = await read(fixtureBytes(`hostile/${file}`), file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PakhusError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error).toMatchObject({ message: expect.stringContaining(file) });
  });

  test('pax headers are taken with a warning', async () => {
    const meta = await read(fixtureBytes('hostile/ipk-pax-headers.ipk'));
    expect(meta.lints.map(({ code }) => code)).toEqual(['opkg-pax']);
  });

  const inner = gzipSync(writeTar([{ path: './control', bytes: Buffer.from(CONTROL) }], { mtimeSeconds: 0 }));
  const binary = { path: './debian-binary', bytes: Buffer.from('2.0\n') };
  const control = { path: './control.tar.gz', bytes: inner };
  const data = { path: './data.tar.gz', bytes: gzipSync(writeTar([], { mtimeSeconds: 0 })) };
  const outer = (entries: Parameters<typeof writeTar>[0]): Uint8Array =>
    gzipSync(writeTar(entries, { mtimeSeconds: 0 }));
  const escaping = writeTar([{ path: '../../etc/passwd', bytes: Buffer.from('x') }], { mtimeSeconds: 0 });

  test.each<[string, Uint8Array, string]>([
    ['no data', outer([binary, control]), 'PACKAGE_INVALID'],
    ['no control', outer([binary, data]), 'PACKAGE_INVALID'],
    ['no debian-binary', outer([control, data]), 'PACKAGE_INVALID'],
    ['two controls', outer([binary, control, control, data]), 'PACKAGE_INVALID'],
    [
      'another version of the format',
      outer([{ ...binary, bytes: Buffer.from('3.0\n') }, control, data]),
      'PACKAGE_INVALID',
    ],
    [
      'a path that leaves its folder',
      outer([binary, control, { ...data, bytes: gzipSync(escaping) }]),
      'ARCHIVE_UNSAFE_PATH',
    ],
    [
      'data that is no gzip',
      outer([binary, control, { ...data, bytes: Buffer.from('no gzip') }]),
      'ARCHIVE_CORRUPT',
    ],
    [
      'members that opkg cannot unpack',
      outer([binary, control, { ...data, path: './data.tar.xz' }]),
      'PACKAGE_INVALID',
    ],
    [
      'hundreds of members',
      outer([...Array.from({ length: 200 }, () => ({ path: './x' })), binary]),
      'PACKAGE_INVALID',
    ],
    ['an archive without members', outer([]), 'PACKAGE_INVALID'],
    ['an ar archive without members', writeAr([], { mtimeSeconds: 0 }), 'PACKAGE_INVALID'],
    ['an error page', Buffer.from('<!DOCTYPE html>'), 'PACKAGE_INVALID'],
  ])('%s', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ code });
  });

  test('any file cut anywhere, or with any byte changed, is read or refused, and never hangs', async () => {
    const whole = fixtureBytes(`${FEED}/tumblek_1.2.3-r4_aarch64_cortex-a53.ipk`);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const bytes = cut ? whole.subarray(0, at) : whole.with(at, value);
        const result = await read(bytes).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(PakhusError);
        if (cut) expect(result).toBeInstanceOf(PakhusError);
      }),
    );
  });
});

describe('fields', () => {
  test.each<[string, string, RegExp]>([
    ['a name with a path', CONTROL.replace('hello', '../hello'), /Package .*begin with a letter/],
    ['a name in another spelling', CONTROL.replace('Package', 'package'), /opkg knows it as Package only/],
    ['a version with a slash', CONTROL.replace('1.0-r1', '1/2'), /Version .*characters/],
    ['a version with a line of its own', CONTROL.replace('1.0-r1', '1.0\n Filename: x'), /Version/],
    ['an architecture with a slash', CONTROL.replace('all', 'a/b'), /Architecture/],
    ['two stanzas', `${CONTROL}\n${CONTROL}`, /second stanza/],
    ['a field twice', `Package: other\n${CONTROL}`, /Package/i],
  ])('%s is refused', async (_, control, message) => {
    const refused = { code: 'PACKAGE_INVALID', message: expect.stringMatching(message) };
    await expect(read(hello(control))).rejects.toMatchObject(refused);
  });

  test.each(['Filename: /x', 'Size: 1', 'SHA256sum: 00', 'SHA256Sum: 00', 'MD5Sum: 00', 'sha256: 00'])(
    'what only an index has is left out: %s',
    async (line) => {
      const meta = await read(hello(`${line}\n${CONTROL}`));
      expect(meta.metadata).toBe(CONTROL.trimEnd());
      expect(meta.lints).toEqual([expect.objectContaining({ code: 'opkg-own-index-fields' })]);
    },
  );

  test.each([
    'Size-In-Flash: 1',
    'Package-Type: x',
    'Versions: 2',
    'Filenames: x',
    'SHA256sums: x',
    'MD5sums: y',
  ])('what opkg would take for another field is left out: %s', async (line) => {
    const meta = await read(hello(`${line}\n${CONTROL}`));
    expect(meta.metadata).toBe(CONTROL.trimEnd());
    expect(meta.lints).toEqual([expect.objectContaining({ code: 'opkg-misread-field' })]);
  });
});

describe('in the other form', () => {
  test('a package of Yocto is the same package, without a word about it, and the same bytes each time', async () => {
    const bytes = fixtureBytes('opkg/ar-form/yoctish_1.0-r0_cortexa53.ipk');
    const repacked = await repackIpk(bytes, { name: 'yoctish.ipk' });
    const { lints: _, ...before } = await read(bytes);
    expect(await read(repacked)).toEqual({ ...before, lints: [] });
    expect(opkg.recognise(repacked.subarray(0, 4096), 'yoctish.ipk')).toBe(true);
    expect(await repackIpk(bytes, { name: 'yoctish.ipk' })).toEqual(repacked);
  });

  test.each(['', '.xz', '.zst'])('archives with %s become gzip', async (suffix) => {
    const pack = {
      '': (b: Uint8Array) => b,
      '.xz': (b: Uint8Array) => encodeXz(b, { preset: 6 }),
      '.zst': zstdCompressSync,
    }[suffix];
    if (pack === undefined) throw new Error(suffix);
    const control = writeTar([{ path: './control', bytes: Buffer.from(CONTROL) }], { mtimeSeconds: 0 });
    const old = writeAr(
      [
        { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
        { name: `data.tar${suffix}`, bytes: await pack(writeTar([], { mtimeSeconds: 0 })) },
        { name: `control.tar${suffix}`, bytes: await pack(control) },
      ],
      { mtimeSeconds: 0 },
    );
    expect((await read(old)).lints.map(({ code }) => code)).toEqual(['opkg-ar']);
    expect(await read(await repackIpk(old, { name: 'x.ipk' }))).toMatchObject({ name: 'hello', lints: [] });
  });
});
