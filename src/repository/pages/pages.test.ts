import { describe, expect, test } from 'vitest';
import { DAY, problemsOf } from '../../../tests/support/collection-kit.ts';
import { fakeClock } from '../../../tests/support/ledger-kit.ts';
import { readPages } from '../../../tests/support/page-reader.ts';
import type { QuickDeb } from '../../../tests/support/quick-deb.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  flipByte,
  keysOf,
  type TestUser,
} from '../../../tests/support/test-repository.ts';
import { createMemoryStorage } from '../../storage/memory.ts';
import { readBytes } from '../../storage/read-all.ts';
import { applySettings } from '../apply-settings.ts';
import { collectRepository } from '../collect/collect.ts';
import { createRepository } from '../create-repository.ts';
import { rollbackPlace } from '../history/rollback.ts';
import { openTail } from '../read-repository.ts';
import { repairRepository } from '../verify/repair.ts';
import { verifyRepository } from '../verify/verify.ts';

/** Enough for several leaves. */
const MANY: readonly QuickDeb[] = Array.from({ length: 400 }, (_, i) => ({
  name: `p${String(i).padStart(4, '0')}`,
  fields: { Description: `package number ${i}`, Depends: 'libc6 (>= 2.36), adduser | passwd' },
}));

/** Into which many packages go without worker processes. */
const BUCKET = { capabilities: { exclusive: false, metadata: true } };

const frontKey = 'deb/index.html';

async function apply(user: TestUser): Promise<void> {
  const config = (await user.workspace()).config;
  const [wanted] = config.repositories.value;
  if (wanted === undefined) throw new Error('nothing is configured');
  await applySettings(
    await user.open(),
    { wanted, config, dryRun: false, breakClients: false },
    user.options,
  );
}

test('a browser without scripts finds every package, and every link leads somewhere', async () => {
  await using user = await createTestRepository(BUCKET);
  await user.configure('channels: [stable, testing]', 'url: https://packages.example.org');
  await user.publish([...MANY, { name: 'tool', architecture: 'all' }]);
  await user.publish([{ name: 'tool', version: '2.0', architecture: 'all' }], { to: 'deb/testing' });
  const { packages, front, sheets } = await readPages(user.store);
  expect(packages).toEqual([...MANY.map(({ name }) => `${name} 1.0`), 'tool 1.0', 'tool 2.0']);
  expect(front).toContain('402 packages');
  expect(front).toContain('URIs: https://packages.example.org/deb');
  expect(sheets.join('')).toContain('<dt>Depends<dd>libc6 (&gt;= 2.36), adduser | passwd\n');
  expect(await problemsOf(user)).toEqual([]);
});

test('adding one package writes a page of each kind, and hardly more', async () => {
  await using user = await createTestRepository(BUCKET);
  await user.publish(MANY);
  const before = await keysOf(user.store, 'deb/pages/');
  await user.publish([{ name: 'p0300a' }]);
  const after = await readPages(user.store);
  expect(after.packages).toContain('p0300a 1.0');
  const added = (await keysOf(user.store, 'deb/pages/')).filter((key) => !before.includes(key));
  // Of its run, of its leaf, and of the packages around it, which may move those of their neighbours.
  expect(added.length).toBeGreaterThanOrEqual(3);
  expect(added.length).toBeLessThanOrEqual(5);
});

test('the same packages have the same pages, in whatever order they came', async () => {
  await using one = await createTestRepository(BUCKET);
  await using other = await createTestRepository(BUCKET);
  await one.publish(MANY);
  await other.publish(MANY.slice(250));
  await other.publish(MANY.slice(0, 250));
  expect((await readPages(other.store)).pages).toEqual((await readPages(one.store)).pages);
});

test('a change that the page does not show leaves it alone', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const before = await readBytes(user.store, frontKey, { limitBytes: 100_000 });
  await user.publish([{ name: 'hello' }]);
  expect(await readBytes(user.store, frontKey, { limitBytes: 100_000 })).toEqual(before);
});

test('rolling back brings the earlier pages back', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const { pages } = await readPages(user.store);
  await user.publish([{ name: 'hello', version: '2.0' }]);
  const place = { repository: 'deb', channel: undefined, component: undefined };
  await rollbackPlace(
    await user.open(),
    { place, to: '1', dryRun: false, allowUninstallable: false },
    user.options,
  );
  const after = await readPages(user.store);
  expect(after.packages).toEqual(['hello 1.0']);
  expect(after.pages).toEqual(pages);
});

test('setup.sh is there where the address is known, and stays as it is while set-up does', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const scripts = async () => (await keysOf(user.store, 'deb/')).filter((key) => key.endsWith('setup.sh'));
  expect(await scripts()).toEqual([]);
  await user.configure('channels: [stable]', 'url: https://packages.example.org');
  await user.publish([{ name: 'world' }]);
  expect(await scripts()).toEqual(['deb/setup.sh']);
  const since = async () =>
    (await openTail(await user.open())).revision.manifest.pointers
      .filter(({ path }) => !path.includes('/'))
      .map((pointer) => [pointer.path, pointer.since]);
  expect(await since()).toEqual([
    ['key.asc', 1],
    ['setup.sh', 2],
    ['index.html', 2],
  ]);
  await user.publish([{ name: 'other' }]);
  expect(await since()).toEqual([
    ['key.asc', 1],
    ['setup.sh', 2],
    ['index.html', 3],
  ]);
});

test('an address that clients cannot read has a page, without set-up lines', async () => {
  await using user = await createTestRepository();
  await user.configure(
    'channels: [stable] }, router: { format: opkg',
    "url: https://packages.example.org/it's",
  );
  const workspace = await user.workspace();
  const config = await workspace.configOf('router');
  const wanted = { settings: config.settings, proposers: [], dryRun: false };
  await createRepository(await workspace.open(config, { makeLedgerKey: true }), wanted, user.options);
  const { front } = await readPages(user.store, 'router');
  expect(front).toContain('its clients cannot read');
});

describe('pages: false', () => {
  test('of a repository, or of the store: there are none', async () => {
    await using user = await createTestRepository();
    for (const [settings, ...others] of [['pages: false'], ['channels: [stable]', 'pages: false']] as const) {
      await user.configure(settings ?? '', ...others);
      await user.publish([{ name: 'hello' }]);
      expect((await keysOf(user.store, 'deb/')).filter((key) => /html|pages/.test(key))).toEqual([]);
    }
  });

  test('later: they go once nobody can have been handed them, and come back when they are wanted again', async () => {
    const clock = fakeClock();
    await using dir = await createTempDir('pages');
    const store = createMemoryStorage({ clock, name: '/simulated' });
    const user = createTestUser({ store, clock, folder: dir.path });
    await user.configure('keep: 1');
    await user.publish([{ name: 'hello' }]);
    await user.configure('keep: 1, pages: false');
    await apply(user);
    for (const version of ['2.0', '3.0', '4.0']) {
      clock.advance(DAY);
      await user.publish([{ name: 'hello', version }]);
    }
    clock.advance(30 * DAY);
    await collectRepository(await user.open(), { graceMs: undefined, dryRun: false }, user.options);
    expect((await keysOf(store, 'deb/')).filter((key) => /html|pages/.test(key))).toEqual([]);
    await user.configure('keep: 1');
    await apply(user);
    expect((await readPages(store)).packages).toEqual(['hello 4.0']);
  });
});

test("somebody else's index.html stays, and the repository has no pages", async () => {
  await using user = await createTestRepository();
  await user.store.write(frontKey, Buffer.from('mine'));
  await user.publish([{ name: 'hello' }]);
  expect(Buffer.from(await readBytes(user.store, frontKey, { limitBytes: 10 })).toString()).toBe('mine');
  expect(await keysOf(user.store, 'deb/pages/')).toEqual([]);
  expect(user.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'pages-taken' }));
  await user.store.delete(frontKey);
  await user.publish([{ name: 'world' }]);
  expect((await readPages(user.store)).packages).toEqual(['hello 1.0', 'world 1.0']);
});

test('damaged and missing pages are found and made again', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const [one, other, ...more] = (await readPages(user.store)).pages;
  if (one === undefined || other === undefined) throw new Error('no pages');
  await flipByte(user.store, one);
  await user.store.delete(other);
  await user.store.delete(frontKey);
  const { findings } = await verifyRepository(await user.open(), user.options);
  expect(findings.map(({ area }) => area).sort()).toEqual(['page', 'page', 'pointer']);
  const { restored } = await repairRepository(await user.open(), { dryRun: false, ...user.options });
  expect(restored.map((path) => `deb/${path}`).sort()).toEqual([one, other]);
  expect((await readPages(user.store)).pages).toEqual([one, other, ...more]);
  expect(await problemsOf(user)).toEqual([]);
});

test('nothing that a package says of itself becomes HTML', async () => {
  await using user = await createTestRepository();
  const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
  const fields = {
    Description: evil,
    Homepage: 'javascript:alert(1)',
    Section: evil,
    Maintainer: `${evil} <a@b>`,
  };
  await user.publish([
    { name: 'evil', fields },
    { name: 'good', fields: { Homepage: 'https://example.org/?a&b' } },
  ]);
  const { sheets, front } = await readPages(user.store);
  for (const text of [front, ...sheets]) {
    expect(text).not.toMatch(/<img|<script>|href="javascript|onerror=[^&]*>/i);
    expect(text).toContain('default-src &#39;none&#39;');
  }
  expect(sheets.join('')).toContain('<dt>Homepage<dd>javascript:alert(1)\n');
  expect(sheets.join('')).toContain('href="https://example.org/?a&amp;b" rel="nofollow noopener noreferrer"');
});
