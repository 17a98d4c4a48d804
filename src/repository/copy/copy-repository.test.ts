/** Copies between both kinds of store. */
import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import { collect, problemsOf, STORES } from '../../../tests/support/collection-kit.ts';
import { createCopyYard, wholeIn } from '../../../tests/support/copy-kit.ts';
import { flipByte, keysOf } from '../../../tests/support/test-repository.ts';
import { faultyStorage, ProcessDeath } from '../../storage/fault.ts';
import type { Storage } from '../../storage/storage.ts';

async function packagesIn(store: Storage): Promise<readonly string[] | undefined> {
  return (await readAsClient(store, 'deb', 'stable'))?.packages;
}

const PAIRS = STORES.flatMap(([from, source]) =>
  STORES.map(([to, target]) => ({ from, to, source, target })),
);

describe.each(PAIRS)('from $from to $to', ({ source, target }) => {
  test('the copy is the same repository: clients, ledger, and whoever publishes there next', async () => {
    await using yard = await createCopyYard(source);
    await yard.user.publish([{ name: 'apple' }]);
    await yard.user.publish([{ name: 'banana' }]);
    const store = yard.newStore(target);
    expect(await yard.copy(wholeIn(store))).toMatchObject({
      rev: 2,
      fromRev: 0,
      files: { files: expect.any(Number) },
      ledger: { files: expect.any(Number) },
      newerRev: undefined,
    });
    expect(await packagesIn(store)).toEqual(['apple 1.0', 'banana 1.0']);
    const there = yard.at(store);
    expect(await problemsOf(there)).toEqual([]);
    await there.publish([{ name: 'cherry' }]);
    expect(await packagesIn(store)).toEqual(['apple 1.0', 'banana 1.0', 'cherry 1.0']);
  });

  test('the second time only what is new is copied, and the third time nothing', async () => {
    await using yard = await createCopyYard(source);
    await yard.user.publish([{ name: 'apple' }]);
    const store = yard.newStore(target);
    await yard.copy(wholeIn(store));
    await yard.user.publish([{ name: 'banana' }]);
    const second = await yard.copy(wholeIn(store));
    expect(second).toMatchObject({ rev: 2, fromRev: 1 });
    // A package, its two indexes and its two pages.
    expect(second?.files.files).toBe(5);
    expect(await yard.copy(wholeIn(store))).toMatchObject({
      rev: 2,
      fromRev: 2,
      files: { files: 0, sizeBytes: 0 },
      ledger: { files: 0, sizeBytes: 0 },
      written: [],
    });
  });

  test('a dry run tells what would be copied and writes nothing', async () => {
    await using yard = await createCopyYard(source);
    await yard.user.publish([{ name: 'apple' }]);
    const store = yard.newStore(target);
    const dry = await yard.copy(wholeIn(store), { dryRun: true });
    expect(await keysOf(store)).toEqual([]);
    const real = await yard.copy(wholeIn(store));
    expect(dry).toEqual(real);
  });

  test('for a web server, there is no ledger, and old pointers are replaced', async () => {
    await using yard = await createCopyYard(source);
    await yard.user.publish([{ name: 'apple' }]);
    const store = yard.newStore(target);
    await yard.copy({ store, states: undefined });
    await yard.user.publish([{ name: 'banana' }]);
    expect(await yard.copy({ store, states: undefined })).toMatchObject({ rev: 2, fromRev: undefined });
    expect(await packagesIn(store)).toEqual(['apple 1.0', 'banana 1.0']);
    expect((await keysOf(store)).filter((key) => !key.startsWith('deb/'))).toEqual([]);
  });

  test('what was killed at any call is a whole repository for clients, and the next copy finishes it', async () => {
    await using yard = await createCopyYard(source);
    await yard.user.publish([{ name: 'apple' }]);
    const first = yard.newStore(target);
    await yard.copy(wholeIn(first));
    const before = await objectsOf(first);
    await yard.user.publish([{ name: 'banana' }]);
    const seen = new Set<string>();
    let deaths = 0;
    for (let hasDied = true; hasDied; deaths++) {
      const store = yard.newStore(target);
      for (const { key, bytes, info } of before) await store.write(key, bytes, info);
      const mortal = faultyStorage(store, {
        decide: ({ index }) => (index === deaths ? { type: 'death', applied: true } : { type: 'none' }),
      });
      hasDied = await yard.copy(wholeIn(mortal)).then(
        () => false,
        (error: unknown) => (error instanceof ProcessDeath ? true : Promise.reject(error)),
      );
      seen.add(String(await packagesIn(store)));
      expect(await yard.copy(wholeIn(store)), `after death in call ${deaths}`).toMatchObject({ rev: 2 });
      expect(await packagesIn(store)).toEqual(['apple 1.0', 'banana 1.0']);
      expect(await problemsOf(yard.at(store))).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(20);
    expect([...seen].sort()).toEqual(['apple 1.0', 'apple 1.0,banana 1.0']);
  }, 60_000);
});

test('a copy that somebody published to is refused, and left as it is', async () => {
  await using yard = await createCopyYard();
  await yard.user.publish([{ name: 'apple' }]);
  const store = yard.newStore();
  await yard.copy(wholeIn(store));
  await yard.at(store).publish([{ name: 'cherry' }]);
  await expect(yard.copy(wholeIn(store))).rejects.toMatchObject({
    code: 'COPY_DIVERGED',
    message: expect.stringContaining('is at revision 2 there, and at 1 in'),
  });
  await yard.user.publish([{ name: 'banana' }]);
  const before = await keysOf(store);
  await expect(yard.copy(wholeIn(store))).rejects.toMatchObject({
    code: 'COPY_DIVERGED',
    message: expect.stringContaining('another history'),
  });
  expect(await keysOf(store)).toEqual(before);
});

test('a folder with a ledger is not made a copy without one', async () => {
  await using yard = await createCopyYard();
  await yard.user.publish([{ name: 'apple' }]);
  const store = yard.newStore();
  await yard.copy(wholeIn(store));
  await expect(yard.copy({ store, states: undefined })).rejects.toMatchObject({ code: 'COPY_DIVERGED' });
});

test('a damaged blob is not copied', async () => {
  await using yard = await createCopyYard();
  await yard.user.publish([{ name: 'apple' }]);
  const [blob = ''] = await keysOf(yard.user.store, '.pakhus/deb/blob/');
  await flipByte(yard.user.store, blob);
  await expect(yard.copy(wholeIn(yard.newStore()))).rejects.toMatchObject({ code: 'STORE_OBJECT_CORRUPT' });
});

test('a file of the same size that was written again is copied again', async () => {
  await using yard = await createCopyYard();
  const { store, clock } = yard.user;
  await yard.user.publish([{ name: 'apple' }]);
  const to = yard.newStore();
  await yard.copy(wholeIn(to));
  await clock.sleep(5000);
  const [file = ''] = await keysOf(store, 'deb/pool/');
  await flipByte(to, file);
  await clock.sleep(5000);
  await flipByte(store, file);
  await flipByte(store, file);
  expect(await yard.copy(wholeIn(to))).toMatchObject({ files: { files: 1 } });
  expect(await packagesIn(to)).toEqual(['apple 1.0']);
});

test('after a sweep of the source the copy keeps what it has, and is as good as the source', async () => {
  await using yard = await createCopyYard();
  await yard.user.configure('channels: [stable], keep: 1');
  for (const version of ['1.0', '2.0', '3.0', '4.0', '5.0'])
    await yard.user.publish([{ name: 'demo', version }]);
  const store = yard.newStore();
  await yard.copy(wholeIn(store));
  const pool = await keysOf(store, 'deb/pool/');
  await collect(yard.user, { graceMs: 0 });
  expect(await keysOf(yard.user.store, 'deb/pool/')).toHaveLength(3);
  expect(await yard.copy(wholeIn(store))).toMatchObject({ rev: 7 });
  expect(await keysOf(store, 'deb/pool/')).toEqual(pool);
  expect(await problemsOf(yard.at(store))).toEqual([]);
});

test('files in the folder that are not of pakhus come along, and the state of a store does not', async () => {
  await using yard = await createCopyYard();
  await yard.user.publish([{ name: 'apple' }]);
  await yard.user.store.write('deb/README.html', Buffer.from('hello'));
  await yard.user.store.write('elsewhere/file', Buffer.from('hello'));
  const store = yard.newStore();
  await yard.copy({ store, states: undefined });
  expect(await keysOf(store)).toEqual(
    (await keysOf(yard.user.store)).filter((key) => key.startsWith('deb/')),
  );
});

async function objectsOf(store: Storage) {
  const keys = await keysOf(store);
  return Promise.all(
    keys.map(async (key) => {
      const { info, body } = await store.read(key);
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      const { contentType, cacheControl, meta } = info;
      const headers = {
        ...(contentType && { contentType }),
        ...(cacheControl && { cacheControl }),
        ...(meta && { meta }),
      };
      return { key, bytes: Buffer.concat(chunks), info: headers };
    }),
  );
}
