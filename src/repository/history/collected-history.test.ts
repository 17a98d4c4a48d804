/** Looking back past what was collected: records stay for ever, what they name does not, unless it is pinned. */
import { describe, expect, test } from 'vitest';
import {
  collect,
  createYard,
  DAY,
  problemsOf,
  seenBy,
  type Yard,
} from '../../../tests/support/collection-kit.ts';
import type { Filter } from '../change/actions.ts';
import { findPackages } from '../list-packages.ts';
import { openTail } from '../read-repository.ts';
import { diffRevisions } from './diff-revisions.ts';
import { readLog } from './history.ts';
import { originsOf } from './origins.ts';
import { pinRevision } from './pin-revision.ts';
import { readRevisionDetails } from './revision-details.ts';
import { rollbackPlace } from './rollback.ts';

const COLLECTED = { code: 'REVISION_COLLECTED' };

/** Revisions 1 to 6 have demo 1.0 to 6.0, one each. 7 pins 2 as `good`. 1 and 3 are collected by 8 and 9. */
async function collected(): Promise<Yard> {
  const yard = await createYard({}, 'channels: [stable, other], keep: 1');
  await yard.publishDaily('1.0', '2.0', '3.0', '4.0', '5.0', '6.0');
  await pin(yard, { revision: '2', name: 'good' });
  yard.clock.advance(30 * DAY);
  await collect(yard.user);
  return yard;
}

async function pin(
  { user }: Yard,
  { revision, name }: { readonly revision?: string; readonly name?: string },
): Promise<void> {
  await pinRevision(await user.open(), { revision, name, dryRun: false }, user.options);
}

async function rollback({ user }: Yard, to?: string, place: Filter = {}) {
  return rollbackPlace(await user.open(), { place, to, dryRun: false }, user.options);
}

describe('rolling back', () => {
  test('to a revision that was collected is refused', async () => {
    await using yard = await collected();
    await expect(rollback(yard, '1')).rejects.toMatchObject(COLLECTED);
  });

  test('to one that is pinned works, however old it is', async () => {
    await using yard = await collected();
    await rollback(yard, 'good');
    expect(await seenBy(yard)).toEqual(['demo 2.0']);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('goes past collected revisions to the one that is pinned', async () => {
    await using yard = await collected();
    for (const version of ['1', '2', '3'])
      await yard.user.publish([{ name: 'x', version }], { to: 'deb/other' });
    yard.clock.advance(30 * DAY);
    await collect(yard.user);
    expect((await rollback(yard, undefined, { channel: 'stable' })).to).toBe(2);
  });
});

test('pinning a revision that was collected is refused', async () => {
  await using yard = await collected();
  await expect(pin(yard, { revision: '1' })).rejects.toMatchObject(COLLECTED);
});

test('the log goes to the first revision, and says which ones it knows all of', async () => {
  await using yard = await collected();
  const known = async (where?: object) =>
    (await readLog(await yard.user.open(), { where })).map(({ rev, packages, packagesChange }) => [
      rev,
      packages,
      packagesChange,
    ]);
  expect((await known()).slice(-4)).toEqual([
    [4, 1, null],
    [3, null, null],
    [2, 1, null],
    [1, null, null],
  ]);
  expect((await known({ channel: 'stable' })).map(([rev]) => rev)).toEqual([6, 5, 4, 3, 2, 1]);
});

test('what differs from a collected revision is not known, from a pinned one it is', async () => {
  await using yard = await collected();
  const repository = await yard.user.open();
  await expect(diffRevisions(repository, { from: '1' })).rejects.toMatchObject(COLLECTED);
  expect((await diffRevisions(repository, { from: 'good', to: '6' })).packages).toMatchObject([
    { kind: 'removed', version: '2.0' },
    { kind: 'added', version: '6.0' },
  ]);
});

test('a revision tells who made it, even when what it changed is not known any more', async () => {
  await using yard = await collected();
  const repository = await yard.user.open();
  for (const revision of ['1', '2'])
    expect(await readRevisionDetails(repository, { revision, where: {} })).toMatchObject({
      rev: Number(revision),
      author: 'process-0@desk',
      message: `publish demo ${revision}.0 to stable/main`,
      difference: null,
    });
});

test('a package tells who brought it for as long as that is known', async () => {
  await using yard = await collected();
  const repository = await yard.user.open();
  const came = async () => {
    const tail = await openTail(repository);
    const packages = (await findPackages(repository, tail, { name: 'demo' })).map(({ record }) => record);
    return [...(await originsOf(repository, packages, { tail, at: tail })).values()].map(({ rev }) => rev);
  };
  expect(await came()).toEqual([6]);
  yard.clock.advance(30 * DAY);
  for (const name of ['a', 'b', 'c']) await yard.user.publish([{ name }]);
  yard.clock.advance(30 * DAY);
  await collect(yard.user);
  expect(await came()).toEqual([]);
});
