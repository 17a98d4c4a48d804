/** Firmware images beside feeds, from publish to collection. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DAY, STORES } from '../../tests/support/collection-kit.ts';
import { createOpkgUser, findingsOf, namesIn, publishIpks } from '../../tests/support/opkg-kit.ts';
import { keysOf, type TestUser } from '../../tests/support/test-repository.ts';
import { parsePlace } from '../config/place.ts';
import { sha256Hex } from '../core/digest.ts';
import { verifyUsign } from '../signing/usign.ts';
import { readBytes } from '../storage/read-all.ts';
import { applySettings } from './apply-settings.ts';
import { finishOthers } from './change/change.ts';
import { collectRepository } from './collect/collect.ts';
import { rollbackPlace } from './history/rollback.ts';
import { promotePackages } from './promote-packages.ts';
import { type PublishFilesResult, publishFiles } from './publish-files.ts';
import { removePackages } from './remove-packages.ts';
import type { Proposing } from './repository.ts';
import { repairRepository } from './verify/repair.ts';

const SETTINGS = [
  'channels: [24.10.4, snapshots], components: [core, images], architectures: [mips_24kc], files: images',
  "folders: 'core=targets/ath79/generic/packages images=targets/ath79/generic'",
].join(', ');
const TARGET = 'opkg/24.10.4/targets/ath79/generic';
const IMAGES = { channel: '24.10.4', component: 'images' };

/** Publishes a folder with these files. */
async function publishImages(
  user: TestUser,
  files: Readonly<Record<string, string>>,
  { to = 'opkg/24.10.4/images', propose }: { readonly to?: string; readonly propose?: Proposing } = {},
): Promise<PublishFilesResult> {
  const folder = join(user.folder, randomUUID());
  await mkdir(join(folder, 'packages'), { recursive: true });
  await writeFile(join(folder, 'packages', 'Packages'), 'a feed');
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const input = { paths: [folder], cwd: user.folder, keepGoing: false, dryRun: false };
  return publishFiles(
    await user.workspace(),
    { ...input, to: parsePlace(to), mayCreate: async () => true },
    { ...user.options, propose },
  );
}

/** What somebody who checks the signature and every digest gets, by name. @throws Error when one is wrong */
async function readTarget(
  { store }: Pick<TestUser, 'store'>,
  folder = TARGET,
): Promise<Readonly<Record<string, string>>> {
  const read = async (path: string): Promise<Buffer> =>
    Buffer.from(await readBytes(store, path, { limitBytes: 99_000_000 }));
  const sums = await read(`${folder}/sha256sums`);
  const publicKeys = await Promise.all(
    (await keysOf(store, 'opkg/keys/')).map(async (key) => (await read(key)).toString()),
  );
  const signature = (await read(`${folder}/sha256sums.sig`)).toString();
  verifyUsign(sums, { name: 'sha256sums', signature, publicKeys });
  const files: Record<string, string> = {};
  for (const line of sums.toString().trimEnd().split('\n')) {
    const [, digest, name] = /^([0-9a-f]{64}) \*(\S+)$/.exec(line) ?? [];
    const bytes = await read(`${folder}/${name}`);
    if (sha256Hex(bytes) !== digest) throw new Error(`${name} has other bytes`);
    files[String(name)] = bytes.toString();
  }
  return files;
}

const BUILD = {
  'openwrt-x-sysupgrade.bin': 'firmware 1',
  'profiles.json': '{"v":1}',
  'config.buildinfo': 'A=1',
};
const REBUILD = {
  'openwrt-x-sysupgrade.bin': 'firmware 2',
  'profiles.json': '{"v":2}',
  'extra.img.gz': 'gz',
};

describe.each(STORES)('in %s', (_, capabilities) => {
  test('a folder of a target becomes one beside its feed: names, digests, signature', async () => {
    await using user = await createOpkgUser({ capabilities, settings: SETTINGS });
    await publishIpks(user, [{ name: 'kmod-x', architecture: 'mips_24kc' }], { to: 'opkg/24.10.4/core' });
    await publishImages(user, { ...BUILD, sha256sums: 'of the build', 'sha256sums.sig': 'its own' });
    expect(await readTarget(user)).toEqual(BUILD);
    expect(await namesIn(user.store, `${TARGET}/packages`)).toEqual(['kmod-x 1.0']);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('a later build takes the place of an earlier one, and rollback brings that back', async () => {
    await using user = await createOpkgUser({ capabilities, settings: SETTINGS });
    await publishImages(user, BUILD);
    await publishImages(user, REBUILD);
    expect(await readTarget(user)).toEqual({ ...BUILD, ...REBUILD });
    const [again] = (await publishImages(user, REBUILD)).published;
    expect(again?.packages.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    const back = { place: IMAGES, to: '1', dryRun: false };
    await rollbackPlace(await user.open('opkg'), back, user.options);
    expect(await readTarget(user)).toEqual(BUILD);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('what is removed goes when the grace is over, and with the last file the list', async () => {
    await using user = await createOpkgUser({ capabilities, settings: SETTINGS });
    const remove = async (...names: readonly string[]): Promise<void> => {
      const wanted = names.map((name) => ({ name, version: undefined }));
      const input = { from: IMAGES, wanted, all: false, dryRun: false };
      await removePackages(await user.open('opkg'), input, user.options);
    };
    await publishImages(user, BUILD);
    await remove('config.buildinfo');
    const { 'config.buildinfo': _, ...rest } = BUILD;
    expect(await readTarget(user)).toEqual(rest);
    await remove(...Object.keys(rest));
    expect(await findingsOf(user)).toEqual([]);
    for (const name of ['a', 'b', 'c']) {
      user.clock.advance(20 * DAY);
      await publishIpks(user, [{ name, architecture: 'mips_24kc' }], { to: 'opkg/24.10.4/core' });
    }
    user.clock.advance(20 * DAY);
    await collectRepository(await user.open('opkg'), { graceMs: undefined, dryRun: false }, user.options);
    const left = (await keysOf(user.store, `${TARGET}/`)).filter((key) => !key.includes('/packages/'));
    expect(left).toEqual([]);
    expect(await findingsOf(user)).toEqual([]);
  });

  test('proposed files keep their names, and are promoted like packages', async () => {
    await using user = await createOpkgUser({ capabilities, settings: SETTINGS });
    await publishImages(user, BUILD);
    await publishImages(user, REBUILD, { propose: { as: undefined } });
    expect(await readTarget(user)).toEqual(BUILD);
    await finishOthers(await user.open('opkg'), user.options);
    expect(await readTarget(user)).toEqual({ ...BUILD, ...REBUILD });
    const promotion = {
      from: IMAGES,
      to: { channel: 'snapshots', component: 'images' },
      wanted: [{ name: 'extra.img.gz', version: undefined }],
      dryRun: false,
    };
    await promotePackages(await user.open('opkg'), promotion, user.options);
    expect(await readTarget(user, TARGET.replace('24.10.4', 'snapshots'))).toEqual({ 'extra.img.gz': 'gz' });
    expect(await findingsOf(user)).toEqual([]);
  });
});

test('a place holds packages or plain files, never both', async () => {
  await using user = await createOpkgUser({ settings: SETTINGS });
  await publishImages(user, BUILD);
  await publishIpks(user, [{ name: 'kmod-x', architecture: 'mips_24kc' }], { to: 'opkg/24.10.4/core' });
  const promote = async (name: string, from: string, to: string): Promise<unknown> => {
    const [source, target] = [from, to].map((component) => ({ channel: '24.10.4', component }));
    if (source === undefined || target === undefined) throw new Error('no places');
    const input = { from: source, to: target, wanted: [{ name, version: undefined }], dryRun: true };
    return promotePackages(await user.open('opkg'), input, user.options);
  };
  await expect(promote('profiles.json', 'images', 'core')).rejects.toThrow(
    /is a plain file, and 24.10.4\/core takes packages/,
  );
  await expect(promote('kmod-x', 'core', 'images')).rejects.toThrow(/is a package, .* takes plain files/);
  const text = (await readFile(join(user.folder, 'pakhus.yaml'), 'utf8')).replace(
    'files: images',
    'files: core',
  );
  await writeFile(join(user.folder, 'pakhus.yaml'), text);
  const { config } = await user.workspace();
  const [wanted] = config.repositories.value;
  if (wanted === undefined) throw new Error('no repository');
  const input = { wanted, config, dryRun: true, breakClients: false };
  await expect(applySettings(await user.open('opkg'), input, user.options)).rejects.toThrow(
    /24.10.4\/core still holds packages/,
  );
});

test('a file that is damaged or gone at its usual name is found and made again', async () => {
  await using user = await createOpkgUser({ settings: SETTINGS });
  await publishImages(user, BUILD);
  await user.store.write(`${TARGET}/profiles.json`, Buffer.from('{"v":0}'));
  await user.store.delete(`${TARGET}/config.buildinfo`);
  expect(await findingsOf(user)).toHaveLength(2);
  await repairRepository(await user.open('opkg'), { ...user.options, dryRun: false });
  expect(await readTarget(user)).toEqual(BUILD);
  expect(await findingsOf(user)).toEqual([]);
});

test('large files are copied by the store', async () => {
  await using user = await createOpkgUser({ settings: SETTINGS });
  const large = { 'large.img': 'x'.repeat(9 * 1024 * 1024) };
  await publishImages(user, large);
  expect(await readTarget(user)).toEqual(large);
});

test.each([
  ['a b.bin', /expected up to 180 of/],
  ['packages', /a folder of feeds is called packages/],
])('%s cannot be published under its name', async (name, reason) => {
  await using user = await createOpkgUser({ settings: SETTINGS });
  const paths = [join(user.folder, name)];
  await writeFile(join(user.folder, name), 'x');
  const input = { paths, cwd: user.folder, keepGoing: false, dryRun: false, mayCreate: async () => true };
  const publish = publishFiles(
    await user.workspace(),
    { ...input, to: parsePlace('opkg/24.10.4/images') },
    user.options,
  );
  await expect(publish).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    message: expect.stringMatching(reason),
  });
});
