import { describe, expect, test } from 'vitest';
import { copyObjects } from '../../tests/support/simulated-publisher.ts';
import {
  createTestRepository,
  flipByte,
  keysOf,
  type TestUser,
} from '../../tests/support/test-repository.ts';
import { createMemoryStorage } from '../storage/memory.ts';
import { readBytes } from '../storage/read-all.ts';
import { openTail } from './read-repository.ts';
import { repairRepository } from './repair.ts';
import { type Verification, verifyRepository } from './verify.ts';
import type { Finding } from './verify-finding.ts';

const INRELEASE = 'dists/stable/InRelease';
const INDEX = 'dists/stable/main/binary-amd64';

/** A repository of two revisions, `hello` and then `world`, and the entry of the first one. */
async function twoRevisions() {
  const user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const oldEntry = await readBytes(user.store, `deb/${INRELEASE}`, { limitBytes: 100_000 });
  await user.publish([{ name: 'world' }]);
  return { ...user, oldEntry };
}

async function verify(user: TestUser): Promise<Verification> {
  return verifyRepository(await user.open(), user.options);
}

async function keyLike(user: TestUser, pattern: RegExp): Promise<string> {
  const found = (await keysOf(user.store)).find((key) => pattern.test(key));
  if (found === undefined) throw new Error(`no key like ${pattern}`);
  return found;
}

/** Keys of what the newest revision names in the state, by what it is. */
async function named(user: TestUser) {
  const { revision, content } = await openTail(await user.open());
  const run = content.catalog.runs[0]?.ref.key ?? '';
  const { manifest, signed } = revision;
  const entry = manifest.pointers.find(({ path }) => path === INRELEASE)?.from;
  return {
    manifest: signed.record.manifest.key,
    files: signed.record.files?.key ?? '',
    settled: manifest.settled[0]?.blob.key ?? '',
    run,
    table: content.catalog.channels[0]?.indexes[0]?.table.key ?? '',
    entry: entry !== undefined && 'blob' in entry ? entry.blob : '',
    index: content.catalog.channels[0]?.indexes[0]?.files.flatMap(({ from }) =>
      from !== undefined && 'tree' in from ? [from.tree] : [],
    )[0] as string,
  };
}

test('a sound repository has no findings, and all of it was looked at', async () => {
  await using user = await twoRevisions();
  expect(await verify(user)).toEqual({
    rev: 2,
    checked: { records: 2, packages: 2, indexes: 4, pointers: 8, signatures: 2, blobs: 8 },
    findings: [],
  });
});

type Damage = (user: Awaited<ReturnType<typeof twoRevisions>>) => Promise<unknown>;
const BACKUP = 'Restore it from a backup or another copy of the store.';

describe('damage is found, with its place and what to do', () => {
  test.each<[what: string, damage: Damage, finding: Partial<Record<keyof Finding, unknown>>]>([
    [
      'a flipped bit in a package file',
      async (user) => flipByte(user.store, await keyLike(user, /hello_1.0_amd64.deb$/)),
      {
        area: 'package',
        path: 'pool/main/h/hello/hello_1.0_amd64.deb',
        problem: 'is missing or has other bytes than hello 1.0 amd64',
        remedy: 'Publish the same package file again; it is put back.',
      },
    ],
    [
      'a package file that is gone',
      async (user) => user.store.delete(await keyLike(user, /world_1.0_amd64.deb$/)),
      { area: 'package', path: 'pool/main/w/world/world_1.0_amd64.deb' },
    ],
    [
      'a flipped bit in an index that clients ask for by its hash',
      async (user) => flipByte(user.store, `deb/${(await named(user)).index}`),
      {
        area: 'index',
        path: expect.stringContaining(`${INDEX}/by-hash/SHA256/`),
        problem: 'is missing or has other bytes than the ledger says',
        remedy: 'Run `pakhus repair`.',
      },
    ],
    [
      'a flipped bit in an index at its usual name',
      async (user) => flipByte(user.store, `deb/${INDEX}/Packages.gz`),
      {
        area: 'pointer',
        path: `${INDEX}/Packages.gz`,
        problem: 'is missing or not what the newest revision says',
        remedy: 'Run `pakhus repair`.',
      },
    ],
    [
      'a pointer that is gone',
      async (user) => user.store.delete('deb/key.asc'),
      { area: 'pointer', path: 'key.asc', remedy: 'Run `pakhus repair`.' },
    ],
    [
      'an older entry in place of the newest',
      async (user) => user.store.write(`deb/${INRELEASE}`, user.oldEntry),
      { area: 'signature', path: INRELEASE, problem: 'signs another text than the newest revision has' },
    ],
    [
      'an entry that is not signed',
      async (user) => user.store.write(`deb/${INRELEASE}`, Buffer.from('Origin: evil\n')),
      { area: 'signature', path: INRELEASE, remedy: 'Run `pakhus repair`; if it stays, publish again.' },
    ],
    [
      'a flipped bit in a detached signature',
      async (user) => flipByte(user.store, 'deb/dists/stable/Release.gpg'),
      { area: 'signature', path: 'dists/stable/Release.gpg' },
    ],
    [
      'a flipped bit in an older record',
      async (user) => flipByte(user.store, '.pakhus/deb/log/0000000001.json'),
      { area: 'log', path: 'revision 1', remedy: BACKUP },
    ],
    [
      'an older record that is gone',
      async (user) => user.store.delete('.pakhus/deb/log/0000000001.json'),
      { area: 'log', path: 'revision 1', remedy: BACKUP },
    ],
    [
      'a flipped bit in the newest record',
      async (user) => flipByte(user.store, '.pakhus/deb/log/0000000002.json'),
      { area: 'log', path: 'newest revision' },
    ],
    [
      'the newest record gone',
      async (user) => user.store.delete('.pakhus/deb/log/0000000002.json'),
      {
        area: 'log',
        path: 'newest revision',
        problem: expect.stringContaining('revision 2 is published, but the log does not have it'),
      },
    ],
    [
      'a flipped bit in the newest manifest',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).manifest}`),
      { area: 'blob', path: expect.stringMatching(/^blob\//), remedy: BACKUP },
    ],
    [
      'a flipped bit in a run',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).run}`),
      { area: 'blob', path: expect.stringMatching(/^blob\//), remedy: BACKUP },
    ],
    [
      'a flipped bit in the list of settled proposals',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).settled}`),
      { area: 'blob', problem: 'is missing or is not the list of settled proposals that was written' },
    ],
    [
      'a flipped bit in the list of new files',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).files}`),
      { area: 'blob', problem: 'is missing or is not the list of new files that was written' },
    ],
    [
      'a flipped bit in a table of segments',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).table}`),
      {
        area: 'blob',
        problem: 'is missing or is not the table of segments that was written',
        remedy: `Nothing: the next publish that changes ${INDEX}/Packages makes a new one.`,
      },
    ],
    [
      'a flipped bit in the copy of the entry, which repair would need',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).entry}`),
      {
        area: 'blob',
        problem: `is missing or is not the copy of ${INRELEASE} that was written`,
        remedy: 'Run `pakhus repair`.',
      },
    ],
  ])('%s', async (_what, damage, finding) => {
    await using user = await twoRevisions();
    await damage(user);
    expect((await verify(user)).findings).toContainEqual(expect.objectContaining(finding));
  });
});

test('damage in one place does not keep the others from being found', async () => {
  await using user = await twoRevisions();
  await user.store.delete('deb/key.asc');
  await flipByte(user.store, await keyLike(user, /hello_1.0_amd64.deb$/));
  await flipByte(user.store, '.pakhus/deb/log/0000000001.json');
  const { findings } = await verify(user);
  expect(findings.map(({ area }) => area).sort()).toEqual(['log', 'package', 'pointer']);
});

test('every bit counts: whatever object of the newest revision is changed is found', async () => {
  await using user = await twoRevisions();
  const sound = createMemoryStorage({ clock: user.clock });
  await copyObjects(user.store, sound);
  const unnoticed: string[] = [];
  for (const key of await keysOf(sound)) {
    await flipByte(user.store, key);
    const found = await verify(user).then(
      ({ findings }) => findings.length > 0,
      (error: { code?: string }) => error.code === 'LEDGER_CORRUPT',
    );
    if (!found) unnoticed.push(key);
    await user.store.write(key, await readBytes(sound, key, { limitBytes: 1_000_000 }));
  }
  // What only the first revision named: its indexes, their tables, its copies of signed files and its lists.
  const { signed } = (await openTail(await user.open())).revision;
  expect(unnoticed.filter((key) => key.startsWith('deb/')).every((key) => key.includes('/by-hash/'))).toBe(
    true,
  );
  const blobs = unnoticed
    .filter((key) => key.includes('/blob/'))
    .map((key) => key.slice('.pakhus/deb/'.length));
  expect(blobs.every((key) => key < signed.record.manifest.key)).toBe(true);
  expect(unnoticed).toHaveLength(unnoticed.filter((key) => /\/by-hash\/|\/blob\//.test(key)).length);
});

describe('repair mends without any key', () => {
  /** Somebody without a home: no ledger key, no signing key. */
  const keyless = async (user: TestUser) => {
    const repository = await user.open();
    const { signer: _, ...ledger } = repository.ledger;
    const noKey = async (): Promise<never> => {
      throw new Error('repair asked for a key');
    };
    const keys = { ...repository.keys, openSigner: noKey, ledgerSigner: noKey, makeSigners: noKey };
    return { ...repository, ledger, keys };
  };

  test.each<
    [what: string, damage: Damage, mended: { rendered?: unknown; restored?: unknown; written?: unknown }]
  >([
    ['a sound repository: nothing', async () => undefined, {}],
    ['a pointer that is gone', (user) => user.store.delete('deb/key.asc'), { written: ['key.asc'] }],
    [
      'an older entry',
      (user) => user.store.write(`deb/${INRELEASE}`, user.oldEntry),
      { written: [INRELEASE] },
    ],
    [
      'all of dists',
      async (user) => {
        for (const key of await keysOf(user.store, 'deb/dists/')) await user.store.delete(key);
      },
      { rendered: expect.any(Array), written: expect.arrayContaining([INRELEASE, `${INDEX}/Packages.xz`]) },
    ],
    [
      'an index that clients ask for by its hash',
      async (user) => flipByte(user.store, `deb/${(await named(user)).index}`),
      { rendered: [expect.stringContaining('/by-hash/SHA256/')] },
    ],
    [
      'the copy of the entry',
      async (user) => flipByte(user.store, `.pakhus/deb/${(await named(user)).entry}`),
      { restored: [expect.stringMatching(/^blob\//)] },
    ],
    [
      'what a publisher that died did not get to',
      async (user) => {
        await user.store.write('.pakhus/deb/published', Buffer.from('{"rev":1}\n'));
        await user.store.write(`deb/${INRELEASE}`, user.oldEntry);
      },
      { written: [INRELEASE] },
    ],
    ['`published` that is gone', (user) => user.store.delete('.pakhus/deb/published'), {}],
  ])('%s', async (_what, damage, mended) => {
    await using user = await twoRevisions();
    await damage(user);
    const before = await keysOf(user.store);
    const wanted = { rev: 2, rendered: [], restored: [], written: [], ...mended };
    expect(await repairRepository(await keyless(user), { ...user.options, dryRun: true })).toEqual(wanted);
    expect(await keysOf(user.store)).toEqual(before);
    expect(await repairRepository(await keyless(user), { ...user.options, dryRun: false })).toEqual(wanted);
    expect((await verify(user)).findings).toEqual([]);
    await user.publish([{ name: 'later' }]);
    expect((await verify(user)).findings).toEqual([]);
  });

  test('not a package file: it says what it can, and publishing the file again helps', async () => {
    await using user = await twoRevisions();
    await flipByte(user.store, await keyLike(user, /hello_1.0_amd64.deb$/));
    const repaired = await repairRepository(await keyless(user), { ...user.options, dryRun: false });
    expect(repaired).toMatchObject({ rendered: [], written: [] });
    expect((await verify(user)).findings).toHaveLength(1);
    await user.publish([{ name: 'hello' }]);
    expect((await verify(user)).findings).toEqual([]);
  });

  test('not a table of segments: the next publish makes a new one', async () => {
    await using user = await twoRevisions();
    await flipByte(user.store, `.pakhus/deb/${(await named(user)).table}`);
    await user.publish([{ name: 'later' }]);
    expect((await verify(user)).findings).toEqual([]);
  });
});
