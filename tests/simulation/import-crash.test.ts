/** Taking over a repository of another program, by a process that dies at any call of the store. */
import { expect, test } from 'vitest';
import { verifyRepository } from '../../src/repository/verify/verify.ts';
import { faultyStorage, ProcessDeath } from '../../src/storage/fault.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import type { StorageCapabilities } from '../../src/storage/storage.ts';
import { readAsClient } from '../support/apt-reader.ts';
import { foreignSigner, giveForeignKey, importAs, writeForeignSuite } from '../support/foreign-repository.ts';
import { copyObjects, simulatedClock } from '../support/simulated-publisher.ts';
import { storageReader } from '../support/storage-reader.ts';
import { createTempDir } from '../support/temp.ts';
import { createTestUser, keysOf } from '../support/test-repository.ts';

const PACKAGES = ['hello 1.0', 'hello 1.1', 'tool 2.0'];

const STORES: readonly (readonly [name: string, capabilities: Partial<StorageCapabilities>])[] = [
  ['a directory', { metadata: false }],
  ['a bucket', { exclusive: false }],
];

test.each(STORES)(
  'in %s, clients find all of it at every moment, and the next run ends it',
  {
    timeout: 300_000,
  },
  async (_name, capabilities) => {
    await using temp = await createTempDir('import-crash');
    const clock = simulatedClock();
    const base = createMemoryStorage({ clock });
    const machine = { folder: temp.path, clock };
    await giveForeignKey(machine);
    const hello = { name: 'hello', architecture: 'all' };
    await writeForeignSuite(
      { ...machine, store: base },
      { packages: [hello, { ...hello, version: '1.1' }, { name: 'tool', version: '2.0' }] },
    );
    const before = await keysOf(base);
    let deaths = 0;
    for (let outcome = 'died'; outcome !== 'lived'; deaths++) {
      const store = createMemoryStorage({ clock, capabilities, name: '/simulated' });
      await copyObjects(base, store);
      const mortal = faultyStorage(store, {
        decide: ({ index }) =>
          index === deaths ? { type: 'death', applied: deaths % 2 === 0 } : { type: 'none' },
      });
      outcome = await importAs(createTestUser({ ...machine, store: mortal })).then(
        () => 'lived',
        (error: unknown) => (error instanceof ProcessDeath ? 'died' : Promise.reject(error)),
      );
      const at = `after death in call ${deaths}`;
      const seen = await readAsClient(store, 'deb', 'bookworm');
      expect(seen?.packages, at).toEqual(PACKAGES);

      const next = createTestUser({ ...machine, store });
      await importAs(next);
      await next.publish([{ name: 'fresh' }], { to: 'deb/bookworm' });
      const later = await readAsClient(store, 'deb', 'bookworm');
      expect(later?.packages, at).toEqual(['fresh 1.0', ...PACKAGES]);
      expect(later?.dateMs).toBeGreaterThan(seen?.dateMs ?? 0);
      expect(await keysOf(store, 'deb/')).toEqual(expect.arrayContaining([...before]));
      expect((await verifyRepository(await next.open(), next.options)).findings, at).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(40);
  },
);

test('a copy from a URL that dies anywhere goes on when it is run again', { timeout: 300_000 }, async () => {
  await using temp = await createTempDir('import-crash');
  const clock = simulatedClock();
  const machine = { folder: temp.path, clock };
  const served = createMemoryStorage({ clock });
  await writeForeignSuite(
    { ...machine, store: served },
    { packages: [{ name: 'one' }, { name: 'two' }] },
    '',
  );
  const url = 'https://packages.example.org';
  const from = {
    ...{ url, read: storageReader(served, url) },
    publicKeys: [(await foreignSigner()).publicArmored],
  };
  const input = { from, channels: ['bookworm'] };
  let deaths = 0;
  for (let outcome = 'died'; outcome !== 'lived'; deaths++) {
    const store = createMemoryStorage({ clock, name: '/simulated' });
    const mortal = faultyStorage(store, {
      decide: ({ index }) =>
        index === deaths ? { type: 'death', applied: deaths % 2 === 0 } : { type: 'none' },
    });
    outcome = await importAs(createTestUser({ ...machine, store: mortal }), input).then(
      () => 'lived',
      (error: unknown) => (error instanceof ProcessDeath ? 'died' : Promise.reject(error)),
    );
    const next = createTestUser({ ...machine, store });
    await importAs(next, input);
    expect((await readAsClient(store, 'deb', 'bookworm'))?.packages).toEqual(['one 1.0', 'two 1.0']);
    expect((await verifyRepository(await next.open(), next.options)).findings).toEqual([]);
  }
  expect(deaths).toBeGreaterThan(40);
});

test('whoever publishes after a death right behind the commit goes the same way', {
  timeout: 60_000,
}, async () => {
  await using temp = await createTempDir('import-crash');
  const clock = simulatedClock();
  const machine = { folder: temp.path, clock };
  const store = createMemoryStorage({ clock, name: '/simulated' });
  await giveForeignKey(machine);
  await writeForeignSuite({ ...machine, store }, { packages: [{ name: 'tool', version: '2.0' }] });
  let isCommitted = false;
  const dying = faultyStorage(store, {
    decide: ({ key, operation }) => {
      isCommitted ||= key.endsWith('log/0000000001.json') && operation === 'write';
      return isCommitted && key.startsWith('deb/') && operation === 'write'
        ? { type: 'death', applied: false }
        : { type: 'none' };
    },
  });
  await expect(importAs(createTestUser({ ...machine, store: dying }))).rejects.toBeInstanceOf(ProcessDeath);
  const watched = faultyStorage(store, {
    decide: async () => {
      expect((await readAsClient(store, 'deb', 'bookworm'))?.packages).toContain('tool 2.0');
      return { type: 'none' };
    },
  });
  await createTestUser({ ...machine, store: watched }).publish([{ name: 'fresh' }], { to: 'deb/bookworm' });
  expect((await readAsClient(store, 'deb', 'bookworm'))?.packages).toEqual(['fresh 1.0', 'tool 2.0']);
});
