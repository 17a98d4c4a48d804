import { describe, expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { wpkgBytes } from '../../../tests/support/wpkg-kit.ts';
import type { PackageMeta } from '../format.ts';
import { wpkg } from './index.ts';
import { readWpkg } from './read-wpkg.ts';
import { repackWpkg } from './repack.ts';

const read = (bytes: Uint8Array): Promise<PackageMeta> => readWpkg(memorySource('x.deb', bytes));
const codes = ({ lints }: PackageMeta): readonly string[] => lints.map(({ code }) => code);

async function repacked(bytes: Uint8Array): Promise<PackageMeta> {
  const first = await repackWpkg(bytes, { name: 'x.deb' });
  expect(Buffer.from(await repackWpkg(bytes, { name: 'x.deb' })).equals(first)).toBe(true);
  return read(first);
}

describe('packages that wpkg cannot install stop a publish, and are repacked', () => {
  test('members of xz', async () => {
    const bytes = fixtureBytes('hostile/wpkg-xz-members.deb');
    const meta = await read(bytes);
    expect(meta.lints).toMatchObject([{ code: 'wpkg-compression', cure: 'repack', blocks: true }]);
    const again = await repacked(bytes);
    expect(codes(again)).toEqual([]);
    const sums = /^Package-(?:md5sum|Size): .*$/gm;
    expect(again.metadata.replaceAll(sums, '')).toBe(meta.metadata.replaceAll(sums, ''));
  });

  test('no md5sums', async () => {
    const bytes = await wpkgBytes({ name: 'bare', md5sums: false });
    expect(codes(await read(bytes))).toEqual(['wpkg-no-md5sums']);
    expect(codes(await repacked(bytes))).toEqual([]);
  });

  test('a long description is cut at a word, and stays whole in the text below', async () => {
    const line = 'a description that is somewhat longer than wpkg wants to have it on one line';
    const bytes = await wpkgBytes({ name: 'wordy', description: `${line}\n More.` });
    const meta = await read(bytes);
    expect(meta.lints).toMatchObject([{ code: 'wpkg-field', message: /more than 70 characters/ }]);
    const { metadata, lints } = await repacked(bytes);
    expect(lints).toEqual([]);
    expect(metadata).toContain(
      `Description: a description that is somewhat longer than wpkg wants to have it...\n ${line}\n .\n More.\n`,
    );
  });

  test.each([
    'Homepage: https://example.dev',
    'Homepage: nonsense',
    'Section: weird',
    'Priority: huh',
    'Urgency: asap',
    'Component: main',
    'Date: yesterday',
    'Build-Number: b7',
  ])('%s is left out', async (field) => {
    const bytes = await wpkgBytes({ name: 'odd', fields: [field] });
    const [name = ''] = field.split(':');
    const meta = await read(bytes);
    expect(codes(meta)).toEqual(['wpkg-field']);
    expect(meta.metadata).not.toMatch(new RegExp(`^${name}:`, 'm'));
    expect(codes(await repacked(bytes))).toEqual([]);
  });
});

describe('what nobody can put right is refused', () => {
  test.each([
    ['Depends: a (!= 1)', 'Depends'],
    ['Depends: hobnail (< 1)', 'Depends'],
    ['Provides: sole (= 1)', 'Provides'],
    ['X-Text: one\n # two\n three', 'X-Text'],
    ['X-Text: $(home)', 'X-Text'],
    ['Suggests/other: hobnail', 'Suggests/other'],
    ['Essential: maybe', 'Essential'],
  ])('%s', async (field, name) => {
    const bytes = await wpkgBytes({ name: 'bad', fields: [field] });
    await expect(read(bytes)).rejects.toMatchObject({ code: 'PACKAGE_INVALID', details: { field: name } });
  });

  test.each([
    { name: 'x' },
    { name: 'Upper' },
    { name: 'dash-' },
    { name: 'a..b' },
    { name: 'com1' },
    { name: 'tmp' },
    { name: 'ok', version: 'v1' },
    { name: 'ok', architecture: 'any' },
    { name: 'ok', architecture: 'source' },
    { name: 'ok', architecture: 'linux-any-amd64x' },
    { name: 'ok', architecture: '../up' },
  ])('%o', async (spec) => {
    await expect(read(await wpkgBytes(spec))).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });
});

test.each([
  ['amd64', 'linux-amd64'],
  ['win32', 'mswindows-i386'],
  ['mswindows-i686', 'mswindows-i386'],
  ['linux-xcraft-x86', undefined],
  ['linux-xcraft-amd64', 'linux-xcraft-amd64'],
  ['linux-aarch64', 'linux-arm64'],
  ['all', 'all'],
])('a package for %s is in the slot %s', async (architecture, slot) => {
  const bytes = await wpkgBytes({ name: 'ok', architecture });
  if (slot === undefined) await expect(read(bytes)).rejects.toThrow('system-processor');
  else expect(await read(bytes)).toMatchObject({ architecture, slot });
});

test('its own packages are told from those of apt by what is inside', async () => {
  const claimed = async (spec: Parameters<typeof wpkgBytes>[0]) =>
    wpkg.claims?.(await read(await wpkgBytes(spec)));
  expect(await claimed({ name: 'ok', architecture: 'win64' })).toBe(true);
  expect(await claimed({ name: 'ok', architecture: 'mswindows-amd64' })).toBe(true);
  expect(await claimed({ name: 'ok', fields: ['Packager-Version: 1.0.2'] })).toBe(true);
  expect(await claimed({ name: 'ok' })).toBe(false);
  expect(await claimed({ name: 'ok', architecture: 'amd64' })).toBe(false);
});

test('fields of an index in the control file are left out, with a warning', async () => {
  const meta = await read(await wpkgBytes({ name: 'own', fields: ['package-md5sum: 0'] }));
  expect(codes(meta)).toEqual(['wpkg-own-index-fields']);
  expect(meta.metadata).not.toContain('package-md5sum: 0');
});
