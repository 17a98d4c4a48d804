import { expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import {
  type ForeignSuite,
  giveForeignKey,
  importAs,
  writeForeignSuite,
} from '../../../tests/support/foreign-repository.ts';
import { createTestRepository, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import { readText } from '../../storage/read-all.ts';
import { collectRepository } from '../collect/collect.ts';
import { removePackages } from '../remove-packages.ts';
import { verifyRepository } from '../verify/verify.ts';

const HELLO = { name: 'hello', architecture: 'all' };

async function withSuites(...suites: readonly ForeignSuite[]): Promise<TestUser & AsyncDisposable> {
  const user = await createTestRepository();
  await giveForeignKey(user);
  for (const suite of suites) await writeForeignSuite(user, suite);
  return user;
}

function textAt(user: TestUser, key: string): Promise<string> {
  return readText(user.store, key, { limitBytes: 1_000_000 });
}

test('a suite keeps its fields, and gets no new ones that apt would ask about', async () => {
  await using user = await withSuites({
    packages: [HELLO],
    release: {
      Origin: undefined,
      Label: 'Tools',
      Suite: '',
      NotAutomatic: 'yes',
      Version: '12',
      Changelogs: 'no',
    },
  });
  const { losses } = await importAs(user);
  expect(losses).toEqual([{ channel: 'bookworm', what: 'fields of Release: Changelogs', isGrave: false }]);
  const release = await textAt(user, 'deb/dists/bookworm/Release');
  const fields = release.split('\n').flatMap((line) => /^(\w[\w-]*): /.exec(line)?.[1] ?? []);
  expect(fields).toEqual([
    ...['Label', 'Version', 'Codename', 'Date', 'NotAutomatic', 'Acquire-By-Hash'],
    ...['No-Support-for-Architecture-all', 'Architectures', 'Components'],
  ]);
  expect(release).toContain('\nArchitectures: all amd64 arm64\n');
});

test('suites keep what is their own, and share what all of them have', async () => {
  const until = new Date(Date.UTC(2026, 0, 8)).toUTCString();
  await using user = await withSuites(
    { packages: [HELLO], release: { Description: 'one', 'Valid-Until': until } },
    {
      name: 'trixie',
      packages: [HELLO],
      release: { Description: 'two', Suite: 'testing', 'Valid-Until': until },
    },
  );
  const { settings, channels } = await importAs(user);
  expect(settings.options).toEqual({ compression: 'plain gzip', origin: 'Vendor', validForDays: 7 });
  expect(settings.channels).toEqual([
    { name: 'bookworm', options: { description: 'one', suite: 'stable' } },
    { name: 'trixie', options: { description: 'two', suite: 'testing' } },
  ]);
  expect(channels).toMatchObject([{ packages: 1 }, { packages: 1 }]);
});

test('a stanza stays as clients know it, but for weak digests', async () => {
  const stanza = {
    Section: 'misc',
    Priority: 'optional',
    'X-Vendor': 'yes',
    MD5sum: 'd41d8cd98f00b204e9800998ecf8427e',
  };
  await using user = await withSuites({ packages: [{ ...HELLO, fields: { Depends: 'tool' }, stanza }] });
  await importAs(user);
  const index = await textAt(user, 'deb/dists/bookworm/main/binary-amd64/Packages');
  for (const line of ['Section: misc', 'Priority: optional', 'X-Vendor: yes', 'Depends: tool'])
    expect(index).toContain(line);
  expect(index).not.toContain('MD5sum');
});

test('a description that went on in a file of translations is whole again', async () => {
  const whole = 'says hello\n in several lines\n .\n and paragraphs';
  await using user = await withSuites({
    packages: [
      {
        ...HELLO,
        fields: { Description: whole },
        stanza: { Description: 'says hello', 'Description-md5': 'x' },
      },
    ],
  });
  await importAs(user);
  const index = await textAt(user, 'deb/dists/bookworm/main/binary-amd64/Packages');
  expect(index).toContain(`Description: ${whole}\n`);
  expect(index).not.toContain('Description-md5');
});

test('packages stay where they are, at any path and in several versions', async () => {
  const paths = ['pool/h/he/hello_1.0_all.deb', 'packages/hello 1.1.deb', 'pool/hello_2_all.deb'];
  await using user = await withSuites({
    packages: ['1.0', '1.1', '2'].map((version, at) => ({
      ...HELLO,
      version,
      path: paths[at] ?? '',
      stanza: {},
    })),
  });
  const before = await keysOf(user.store);
  const { packages } = await importAs(user);
  expect(packages).toBe(3);
  expect(await keysOf(user.store)).toEqual(expect.arrayContaining([...before]));
  expect((await readAsClient(user.store, 'deb', 'bookworm'))?.packages).toEqual([
    'hello 1.0',
    'hello 1.1',
    'hello 2',
  ]);
  expect((await verifyRepository(await user.open(), user.options)).findings).toEqual([]);
});

test('the store itself can be the folder: the ledger in it is no part of the repository', async () => {
  await using user = await createTestRepository();
  await giveForeignKey(user);
  await writeForeignSuite(
    user,
    { packages: [HELLO, { name: 'evil', path: '.pakhus/deb/log/evil.deb' }] },
    '',
  );
  await expect(importAs(user, { path: '' })).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('.pakhus/deb/log/evil.deb'),
  });
  await user.configure('path: .');
  const { rev } = await importAs(user, { path: '', keepGoing: true });
  expect(rev).toBe(1);
  await user.publish([{ name: 'fresh' }], { to: 'deb/bookworm' });
  expect(await keysOf(user.store, 'pool/main/f/')).toEqual(['pool/main/f/fresh/fresh_1.0_amd64.deb']);
  const { shares } = await collectRepository(
    await user.open(),
    { graceMs: undefined, dryRun: true },
    user.options,
  );
  expect(shares.filter(({ reason }) => reason === 'collectable')).toEqual([]);
});

test('collection takes what was taken over and removed, and leaves what nobody took over', async () => {
  await using user = await withSuites({ packages: [HELLO, { name: 'lost' }] }, { packages: [HELLO] });
  const byHash = `deb/dists/bookworm/main/binary-amd64/by-hash/SHA256/${'0'.repeat(64)}`;
  await user.store.write(byHash, Buffer.from('of another program'));
  const { leftFiles } = await importAs(user);
  expect(leftFiles).toEqual(['pool/main/l/lost/lost_1.0_amd64.deb']);
  await user.publish([{ ...HELLO, version: '2' }], { to: 'deb/bookworm' });
  const repository = await user.open();
  const wanted = [{ name: 'hello', version: '1.0' }];
  const how = { all: false, dryRun: false, allowUninstallable: false };
  await removePackages(
    repository,
    { from: { channel: 'bookworm', component: 'main' }, wanted, ...how },
    user.options,
  );
  for (const version of ['3', '4', '5']) await user.publish([{ ...HELLO, version }], { to: 'deb/bookworm' });
  await user.clock.sleep(40 * 86_400_000);
  await user.publish([{ ...HELLO, version: '6' }], { to: 'deb/bookworm' });
  await user.clock.sleep(40 * 86_400_000);
  await user.publish([{ ...HELLO, version: '7' }], { to: 'deb/bookworm' });
  await collectRepository(await user.open(), { graceMs: undefined, dryRun: false }, user.options);
  const left = await keysOf(user.store, 'deb/');
  expect(left).not.toContain('deb/pool/main/h/hello/hello_1.0_all.deb');
  expect(left).toEqual(expect.arrayContaining(['deb/pool/main/l/lost/lost_1.0_amd64.deb', byHash]));
});

test('suites that are not taken over stay, and so does all that their program writes later', async () => {
  await using user = await withSuites(
    { packages: [HELLO] },
    { name: 'trixie', packages: [{ name: 'other' }] },
  );
  const before = await textAt(user, 'deb/dists/trixie/InRelease');
  const { leftChannels, settings } = await importAs(user, { channels: ['bookworm'] });
  expect({ leftChannels, taken: settings.channels.map(({ name }) => name) }).toEqual({
    leftChannels: ['trixie'],
    taken: ['bookworm'],
  });
  await writeForeignSuite(user, { name: 'trixie', packages: [{ name: 'later' }] });
  await user.clock.sleep(90 * 86_400_000);
  await user.publish([{ name: 'fresh' }], { to: 'deb/bookworm' });
  await collectRepository(await user.open(), { graceMs: undefined, dryRun: false }, user.options);
  expect(await keysOf(user.store, 'deb/')).toEqual(
    expect.arrayContaining([
      'deb/pool/main/l/later/later_1.0_amd64.deb',
      'deb/pool/main/o/other/other_1.0_amd64.deb',
    ]),
  );
  expect(before).not.toBe('');
});

test('a second import finishes the first and changes nothing', async () => {
  await using user = await withSuites({ packages: [HELLO] });
  await importAs(user);
  const entry = await textAt(user, 'deb/dists/bookworm/InRelease');
  expect(await importAs(user)).toMatchObject({ outcome: 'already', packages: 1, rev: 1 });
  expect(await textAt(user, 'deb/dists/bookworm/InRelease')).toBe(entry);
});

test('a dry run writes nothing', async () => {
  await using user = await withSuites({ packages: [HELLO, { name: 'gone', isMissing: true }] });
  const before = await keysOf(user.store);
  expect(await importAs(user, { dryRun: true })).toMatchObject({
    packages: 1,
    bad: [{ problem: 'it is missing' }],
  });
  expect(await keysOf(user.store)).toEqual(before);
});
