import { describe, expect, test } from 'vitest';
import { copyObjects } from '../../../tests/support/simulated-publisher.ts';
import { flipByte, keysOf } from '../../../tests/support/test-repository.ts';
import {
  type Damage,
  INDEX,
  INRELEASE,
  keyLike,
  named,
  twoRevisions,
  verify,
} from '../../../tests/support/two-revisions.ts';
import { createMemoryStorage } from '../../storage/memory.ts';
import { readBytes } from '../../storage/read-all.ts';
import { openTail } from '../read-repository.ts';
import type { Finding } from './verify-finding.ts';

test('a sound repository has no findings, and all of it was looked at', async () => {
  await using user = await twoRevisions();
  expect(await verify(user)).toEqual({
    rev: 2,
    checked: { records: 2, packages: 2, indexes: 4, pointers: 9, pages: 4, signatures: 2, blobs: 9 },
    findings: [],
  });
});

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
      {
        area: 'signature',
        path: INRELEASE,
        problem: expect.stringContaining('it signs another text than the newest revision has'),
      },
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
  // What only the first revision named: its indexes, their tables, its pages, its copies of signed files and its lists.
  const { signed } = (await openTail(await user.open())).revision;
  expect(
    unnoticed.filter((key) => key.startsWith('deb/')).every((key) => /\/(by-hash|pages)\//.test(key)),
  ).toBe(true);
  const blobs = unnoticed
    .filter((key) => key.includes('/blob/'))
    .map((key) => key.slice('.pakhus/deb/'.length));
  expect(blobs.every((key) => key < signed.record.manifest.key)).toBe(true);
  expect(unnoticed).toHaveLength(unnoticed.filter((key) => /\/(by-hash|pages|blob)\//.test(key)).length);
});
