/** Trees that are in order, and not as most are. */
import { expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import { giveForeignKey, importAs, writeForeignSuite } from '../../../tests/support/foreign-repository.ts';
import { createTestRepository, keysOf } from '../../../tests/support/test-repository.ts';
import { readText } from '../../storage/read-all.ts';
import { openTail } from '../read-repository.ts';

const HELLO = { name: 'hello', architecture: 'all' };

test('a suite that is signed by Release.gpg alone gets an InRelease', async () => {
  await using user = await createTestRepository();
  await giveForeignKey(user);
  await writeForeignSuite(user, { packages: [HELLO], form: 'detached' });
  expect(await importAs(user)).toMatchObject({ rev: 1, packages: 1 });
  expect((await readAsClient(user.store, 'deb', 'bookworm'))?.packages).toEqual(['hello 1.0']);
});

test('what only the index of one architecture lists for all comes to all of them, and is counted', async () => {
  await using user = await createTestRepository();
  await giveForeignKey(user);
  await writeForeignSuite(user, {
    packages: [HELLO, { name: 'tool' }],
    indexes: { 'main/binary-arm64/Packages': '' },
  });
  await importAs(user);
  expect(user.events).toContainEqual({
    type: 'warning',
    code: 'import-all-architectures',
    message: expect.stringContaining(
      'packages for all architectures (1) are in the index of some architectures only',
    ),
  });
  expect((await readAsClient(user.store, 'deb', 'bookworm'))?.packages).toEqual(['hello 1.0', 'tool 1.0']);
});

test('packages for the installer stay in an index of their own', async () => {
  await using user = await createTestRepository();
  await giveForeignKey(user);
  const udeb = {
    name: 'inst',
    path: 'pool/main/i/inst/inst_1.0_amd64.udeb',
    fields: { Section: 'debian-installer' },
  };
  const only = { packages: [udeb] };
  // The stanza as the program wrote it, moved to where udebs are listed.
  await writeForeignSuite(user, only);
  const stanza = await readText(user.store, 'deb/dists/bookworm/main/binary-amd64/Packages', {
    limitBytes: 10_000,
  });
  await writeForeignSuite(user, {
    ...only,
    indexes: { 'main/binary-amd64/Packages': '' },
    others: { 'main/debian-installer/binary-amd64/Packages': stanza },
  });
  expect(await importAs(user)).toMatchObject({ packages: 1 });
  const { content } = await openTail(await user.open());
  expect(content.catalog.runs).toMatchObject([{ slot: 'udeb-amd64', packages: 1 }]);
});

test('a tree below another one is left alone, and so are its packages', async () => {
  await using user = await createTestRepository();
  await giveForeignKey(user);
  await writeForeignSuite(user, { packages: [HELLO] });
  await writeForeignSuite(user, { name: 'bookworm/snapshots/one', packages: [{ name: 'kept' }] });
  const before = await keysOf(user.store, 'deb/dists/bookworm/snapshots/');
  expect(await importAs(user)).toMatchObject({ packages: 1, leftChannels: ['bookworm/snapshots/one'] });
  expect(await keysOf(user.store, 'deb/dists/bookworm/snapshots/')).toEqual(before);
});
