/** A repository for wpkg, from publish to collection: one version of each name, nothing signed. */
import { expect, test } from 'vitest';
import { DAY, problemsOf } from '../../tests/support/collection-kit.ts';
import { keysOf } from '../../tests/support/test-repository.ts';
import {
  createWpkgUser,
  namesIn,
  publishWpkgs,
  type QuickWpkg,
  readIndex,
} from '../../tests/support/wpkg-kit.ts';
import { collectRepository } from './collect/collect.ts';
import { rollbackPlace } from './history/rollback.ts';
import { promotePackages } from './promote-packages.ts';
import { openTail } from './read-repository.ts';
import { removePackages } from './remove-packages.ts';

const LINUX: QuickWpkg = { name: 'tool', architecture: 'linux-amd64' };
const WIN: QuickWpkg = { name: 'tool', architecture: 'win32' };
const ALL: QuickWpkg = { name: 'docs' };
const place = (channel: string) => ({ channel, component: 'main' });

test('an index has the newest version of a name for each machine', async () => {
  await using user = await createWpkgUser();
  await publishWpkgs(user, [LINUX, WIN, ALL]);
  await publishWpkgs(user, [{ ...LINUX, version: '2.0' }]);
  expect(await namesIn(user.store)).toEqual(['docs 1.0', 'tool 2.0', 'tool 1.0']);
  // amd64 and linux-amd64 are one machine; what is for all fits it as well.
  await publishWpkgs(user, [{ ...LINUX, architecture: 'amd64', version: '3.0' }]);
  expect(await namesIn(user.store)).toEqual(['docs 1.0', 'tool 3.0', 'tool 1.0']);
  await publishWpkgs(user, [{ ...LINUX, architecture: 'all', version: '4.0' }]);
  expect(await namesIn(user.store)).toEqual(['docs 1.0', 'tool 4.0']);
  await publishWpkgs(user, [{ ...LINUX, version: '3.5' }]);
  expect(await namesIn(user.store)).toEqual(['docs 1.0', 'tool 4.0']);
  expect(await problemsOf(user, 'wpkg')).toEqual([]);
});

test('all versions are listed where somebody asks for that, as many as keep says', async () => {
  await using user = await createWpkgUser({ settings: 'allVersions: true, keep: 2' });
  for (const version of ['1.0', '2.0', '3.0']) await publishWpkgs(user, [{ ...LINUX, version }]);
  expect(await namesIn(user.store)).toEqual(['tool 2.0', 'tool 3.0']);
});

test('each of several architectures has an index of its own besides, with packages for all', async () => {
  await using user = await createWpkgUser();
  await publishWpkgs(user, [LINUX, ALL]);
  expect((await keysOf(user.store, 'wpkg/')).filter((key) => key.endsWith('index.tar.gz'))).toHaveLength(1);
  await publishWpkgs(user, [WIN]);
  expect(await namesIn(user.store)).toEqual(['docs 1.0', 'tool 1.0', 'tool 1.0']);
  expect(await readIndex(user.store, 'wpkg/stable/main/mswindows-i386')).toMatchObject([
    { path: 'docs_1.0_all.deb' },
    { path: 'tool_1.0_win32.deb' },
  ]);
  expect(await namesIn(user.store, 'wpkg/stable/main/linux-amd64')).toEqual(['docs 1.0', 'tool 1.0']);
  await publishWpkgs(user, [{ ...ALL, version: '2.0' }]);
  expect(await namesIn(user.store, 'wpkg/stable/main/linux-amd64')).toEqual(['docs 2.0', 'tool 1.0']);
  expect(await problemsOf(user, 'wpkg')).toEqual([]);
});

test('nobody signs: there is no key, and no signature', async () => {
  await using user = await createWpkgUser();
  await publishWpkgs(user, [ALL]);
  expect((await openTail(await user.open('wpkg'))).content.signers).toEqual([]);
  const keys = await keysOf(user.store, 'wpkg');
  expect(keys.filter((key) => /(?:sig|asc|pub)$/.test(key))).toEqual([]);
  expect(keys.filter((key) => key.startsWith('wpkg/stable/'))).toEqual([
    'wpkg/stable/main/all/docs_1.0_all.deb',
    'wpkg/stable/main/index.tar.gz',
  ]);
});

test('packages lie beside the index, or in folders of any name', async () => {
  await using flat = await createWpkgUser({ settings: "folder: ''" });
  await publishWpkgs(flat, [ALL]);
  expect(await readIndex(flat.store, 'wpkg/stable/main')).toMatchObject([{ path: 'docs_1.0_all.deb' }]);
  await using deep = await createWpkgUser({ settings: 'folder: "pool/{arch}/x"' });
  await publishWpkgs(deep, [WIN]);
  expect(await readIndex(deep.store, 'wpkg/stable/main')).toMatchObject([
    { path: 'pool/mswindows-i386/x/tool_1.0_win32.deb' },
  ]);
});

test('other bytes under a name that is taken lie apart; promotion and rollback bring files along', async () => {
  await using user = await createWpkgUser({ settings: 'channels: [stable, testing]' });
  await publishWpkgs(user, [{ ...ALL, content: 'one' }, LINUX]);
  const docs = [{ name: 'docs', version: undefined }];
  const removal = { from: place('stable'), wanted: docs, all: false, dryRun: false };
  await removePackages(await user.open('wpkg'), removal, user.options);
  expect(await namesIn(user.store)).toEqual(['tool 1.0']);
  await publishWpkgs(user, [{ ...ALL, content: 'two' }], { to: 'wpkg/testing' });
  const promotion = { from: place('testing'), to: place('stable'), wanted: docs, dryRun: false };
  await promotePackages(await user.open('wpkg'), promotion, user.options);
  const [promoted] = await readIndex(user.store, 'wpkg/stable/main');
  expect(promoted?.path).toMatch(/^all\/[0-9a-f]{12}\/docs_1\.0_all\.deb$/);
  const back = { place: { channel: 'stable' }, to: '1', dryRun: false };
  await rollbackPlace(await user.open('wpkg'), back, user.options);
  expect(await readIndex(user.store, 'wpkg/stable/main')).toMatchObject([
    { path: 'all/docs_1.0_all.deb' },
    { name: 'tool' },
  ]);
  expect(await problemsOf(user, 'wpkg')).toEqual([]);
});

test('what was replaced goes after the grace', async () => {
  await using user = await createWpkgUser();
  for (const version of ['1', '2', '3', '4', '5']) {
    await publishWpkgs(user, [{ ...ALL, version }]);
    user.clock.advance(DAY);
  }
  user.clock.advance(20 * DAY);
  await collectRepository(await user.open('wpkg'), { graceMs: undefined, dryRun: false }, user.options);
  const files = (await keysOf(user.store, 'wpkg/stable')).filter((key) => key.endsWith('.deb'));
  expect(files.map((key) => key.split('_')[1])).toEqual(['3', '4', '5']);
  expect(await problemsOf(user, 'wpkg')).toEqual([]);
});

test('an index without packages is an archive without members', async () => {
  await using user = await createWpkgUser({ settings: 'components: [main, extra]' });
  await publishWpkgs(user, [ALL]);
  expect(await namesIn(user.store, 'wpkg/stable/extra')).toEqual([]);
});
