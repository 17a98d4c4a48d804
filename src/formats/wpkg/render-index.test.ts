import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fixtureBytes, memorySource } from '../../../tests/support/deb-fixtures.ts';
import { readTar } from '../../../tests/support/tar-archives.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { PackageRecord } from '../format.ts';
import { readWpkg } from './read-wpkg.ts';
import { segments } from './render-index.ts';

const REPO = [
  'alpha/hobnail_1.0.0_linux-amd64.deb',
  'alpha/toecap_1:2.1-3_linux-amd64.deb',
  'beta/amdarch_1_amd64.deb',
  'beta/deep/insole+x_0.9~rc1+b2_all.deb',
];

async function recordOf(folder: string, file: string): Promise<PackageRecord> {
  const bytes = fixtureBytes(`wpkg/${folder}/${file}`);
  const { lints, slot: _, ...meta } = await readWpkg(memorySource(file, bytes));
  expect(lints).toEqual([]);
  return { ...meta, path: `stable/main/${file}`, sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
}

const render = async (folder: string, files: readonly string[]): Promise<Uint8Array> =>
  segments.index.render(await Promise.all(files.map((file) => recordOf(folder, file))));

/** Date and checksum of the headers whose package has a date: wpkg adds an hour to it, or does not. */
function withoutDates(tar: Uint8Array): Buffer {
  const copy = Buffer.from(tar);
  for (let at = 0; at < copy.length; at += 512)
    if (copy.toString('latin1', at + 257, at + 262) === 'ustar') copy.fill(0, at + 136, at + 156);
  return copy;
}

test('beside packages in one folder it is what wpkg --create-index writes, byte for byte', async () => {
  const ours = await render('flat', ['lace_1.0_all.deb', 'lace_1.1_all.deb']);
  expect(gunzipSync(fixtureBytes('wpkg/flat/index.tar.gz')).equals(ours)).toBe(true);
});

test('with folders, too, but for dates that are an hour off there', async () => {
  const theirs = gunzipSync(fixtureBytes('wpkg/repo/index.tar.gz'));
  const ours = await render('repo', REPO);
  expect(withoutDates(ours).equals(withoutDates(theirs))).toBe(true);
  expect(readTar(ours).map(({ path, mtimeSeconds }) => [path, mtimeSeconds])).toEqual([
    ['alpha/hobnail_1.0.0_linux-amd64.ctrl', Date.UTC(2026, 0, 1, 12) / 1000],
    ['alpha/toecap_1:2.1-3_linux-amd64.ctrl', Date.UTC(2026, 0, 1) / 1000],
    ['beta/amdarch_1_amd64.ctrl', Date.UTC(2026, 0, 1) / 1000],
    ['beta/deep/insole+x_0.9~rc1+b2_all.ctrl', Date.UTC(2026, 0, 1) / 1000],
  ]);
});

test('a package whose control.tar is of zstd is listed as well, which wpkg itself forgets', async () => {
  const [member] = readTar(await render('repo', ['alpha/zedge_1_all.deb']));
  expect(member?.path).toBe('alpha/zedge_1_all.ctrl');
});

test('dates before 1970 and after 2242 do not spoil a header', async () => {
  const record = await recordOf('flat', 'lace_1.0_all.deb');
  for (const [date, seconds] of [
    ['Thu, 01 Jan 1925 00:00:00 +0000', 0],
    ['Thu, 01 Jan 9999 00:00:00 +0000', 0o77777777777],
    ['whenever', 0],
  ]) {
    const metadata = record.metadata.replace('Description', `Date: ${date}\nDescription`);
    const [member] = readTar(segments.index.render([{ ...record, metadata }]));
    expect(member?.mtimeSeconds).toBe(seconds);
  }
});
