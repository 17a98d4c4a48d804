import { expect, test } from 'vitest';
import { createTestRepository, flipByte, type TestUser } from '../../../tests/support/test-repository.ts';
import { sha256Hex } from '../../core/digest.ts';
import { readBytes } from '../../storage/read-all.ts';
import { openPast } from '../history/past-revisions.ts';
import { openTail } from '../read-repository.ts';
import { type OlderFile, pointerHistory } from './pointer-history.ts';

const ENTRY = 'dists/stable/InRelease';

async function entryDigest(user: TestUser): Promise<string> {
  return sha256Hex(await readBytes(user.store, `deb/${ENTRY}`, { limitBytes: 100_000 }));
}

async function find(
  user: TestUser,
  ...digests: readonly string[]
): Promise<readonly (OlderFile | undefined)[]> {
  const repository = await user.open();
  const history = pointerHistory(repository.ledger, (await openTail(repository)).revision);
  const found: (OlderFile | undefined)[] = [];
  for (const digest of digests) found.push(await history.find(ENTRY, digest));
  return found;
}

async function threeRevisions() {
  const user = await createTestRepository();
  const digests: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    await user.publish([{ name }]);
    digests.push(await entryDigest(user));
  }
  const [first = '', second = '', third = ''] = digests;
  return { ...user, first, second, third };
}

test('says which revision had some bytes last, and which one replaced them, in whatever order one asks', async () => {
  await using user = await threeRevisions();
  const { first, second } = user;
  const found = await find(user, first, second, 'none', first);
  expect(found.map((one) => one && [one.last.rev, one.replacedBy.rev])).toEqual([
    [1, 2],
    [2, 3],
    undefined,
    [1, 2],
  ]);
  expect(found[0]?.replacedBy.signedAtMs).toBe(found[1]?.last.signedAtMs);
});

test('the newest one is no past', async () => {
  await using user = await threeRevisions();
  expect(await find(user, user.third)).toEqual([undefined]);
});

test('a record that is another than its child names is not believed, nor are those before it', async () => {
  await using user = await threeRevisions();
  await flipByte(user.store, '.pakhus/deb/log/0000000001.json');
  const [first, second] = await find(user, user.first, user.second);
  expect([first, second?.last.rev]).toEqual([undefined, 2]);
});

test('where the log ends, so does what is known', async () => {
  await using user = await threeRevisions();
  await user.store.delete('.pakhus/deb/log/0000000002.json');
  expect(await find(user, user.first, user.second)).toEqual([undefined, undefined]);
});

test('behind a revision that was collected there may be one that is pinned', async () => {
  await using user = await threeRevisions();
  const repository = await user.open();
  const { signed } = (await openPast(repository, await openTail(repository), { rev: 2 })).revision;
  await user.store.delete(`.pakhus/deb/${signed.record.manifest.key}`);
  const [first, second] = await find(user, user.first, user.second);
  expect([first?.last.rev, first?.replacedBy.rev, second]).toEqual([1, 2, undefined]);
});
