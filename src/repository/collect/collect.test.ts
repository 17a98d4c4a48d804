/** Collecting from repositories on both kinds of store. */
import { describe, expect, test } from 'vitest';
import {
  collect,
  createYard,
  DAY,
  HOUR,
  problemsOf,
  STORES,
  seenBy,
  type Yard,
} from '../../../tests/support/collection-kit.ts';
import { keysOf } from '../../../tests/support/test-repository.ts';
import { makeChange } from '../change/change.ts';
import { readLog } from '../history/history.ts';
import { openPast } from '../history/past-revisions.ts';
import { openTail } from '../read-repository.ts';
import { type CollectResult, collectRepository } from './collect.ts';

async function messages({ user }: Yard, limit = 2): Promise<readonly string[]> {
  return (await readLog(await user.open(), { limit })).map(({ message }) => message);
}

function collectable({ shares }: CollectResult): Readonly<Record<string, number>> {
  const own = shares.filter(({ reason }) => reason === 'collectable');
  return Object.fromEntries(own.map(({ kind, files }) => [kind, files]));
}

const OLD = ['1.0', '2.0', '3.0', '4.0', '5.0'] as const;

describe.each(STORES)('in %s', (_name, capabilities) => {
  test('what was replaced longer ago than the grace goes, all but the last three changes', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily(...OLD);
    yard.clock.advance(20 * DAY);
    const result = await collect(yard.user);
    expect(await yard.pool()).toEqual(['demo_3.0_amd64.deb', 'demo_4.0_amd64.deb', 'demo_5.0_amd64.deb']);
    expect(collectable(result)).toEqual({ package: 2, index: 4, page: 4, ledger: expect.any(Number) });
    expect(result).toMatchObject({ rev: 7, left: 0 });
    expect(await messages(yard)).toEqual([
      expect.stringMatching(/^swept \d+ files, 0\.0 MB$/),
      expect.stringMatching(/^sweep \d+ files, 0\.0 MB$/),
    ]);
    expect(await seenBy(yard)).toEqual(['demo 5.0']);
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('a second time there is nothing to do, and no revision is made', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily(...OLD);
    yard.clock.advance(20 * DAY);
    await collect(yard.user);
    const before = await keysOf(yard.store);
    expect(await collect(yard.user)).toMatchObject({ rev: 7, deleted: { files: 0, sizeBytes: 0 } });
    expect(await keysOf(yard.store)).toEqual(before);
  });

  test('within the grace nothing goes', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily(...OLD);
    yard.clock.advance(8 * DAY);
    expect(collectable(await collect(yard.user))).toEqual({});
    expect(await yard.pool()).toHaveLength(5);
  });

  test('a dry run needs no key, tells all of it and writes nothing', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily(...OLD);
    yard.clock.advance(20 * DAY);
    const before = await keysOf(yard.store);
    const dry = await collect(yard.user, { dryRun: true });
    expect(collectable(dry)).toMatchObject({ package: 2, index: 4 });
    expect(dry.deleted).toEqual({ files: 0, sizeBytes: 0 });
    expect(await keysOf(yard.store)).toEqual(before);
    const found = await collect(yard.user);
    expect(found.deleted.files).toBe(Object.values(collectable(dry)).reduce((sum, one) => sum + one, 0));
  });

  test('a revision that is pinned keeps its packages, and one that is not is named when it is asked for', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily('1.0', '2.0');
    const pin = { actions: [{ type: 'pin', pin: { rev: 1 } }], message: 'pin' } as const;
    await makeChange(await yard.user.open(), pin, yard.user.options);
    await yard.publishDaily('3.0', '4.0', '5.0');
    yard.clock.advance(20 * DAY);
    await collect(yard.user);
    expect(await yard.pool()).toEqual([1, 3, 4, 5].map((version) => `demo_${version}.0_amd64.deb`));
    const repository = await yard.user.open();
    const tail = await openTail(repository);
    expect((await openPast(repository, tail, { rev: 1 })).revision.signed.record.rev).toBe(1);
    await expect(openPast(repository, tail, { rev: 2 })).rejects.toMatchObject({
      code: 'REVISION_COLLECTED',
      message: 'revision 2 of deb was collected: not all of its files are there any more',
    });
    await expect(
      makeChange(repository, { ...pin, actions: [{ type: 'pin', pin: { rev: 2 } }] }, yard.user.options),
    ).rejects.toMatchObject({ code: 'INTENT_REJECTED' });
    expect(await problemsOf(yard.user)).toEqual([]);
  });

  test('what was unpinned goes', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily('1.0', '2.0');
    for (const type of ['pin', 'unpin'] as const) {
      const change = { actions: [{ type, pin: { rev: 1 } }], message: type };
      await makeChange(await yard.user.open(), change, yard.user.options);
      await yard.publishDaily('3.0', '4.0', '5.0');
      yard.clock.advance(20 * DAY);
      await collect(yard.user);
      expect((await yard.pool()).includes('demo_1.0_amd64.deb')).toBe(type === 'pin');
    }
  });

  test('files that pakhus did not make stay', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily(...OLD);
    const foreign = ['deb/about.html', 'deb/pool/main/d/demo/demo_1.0.dsc', '.pakhus/deb/notes.txt'];
    for (const key of foreign) await yard.store.write(key, Buffer.from('mine'));
    yard.clock.advance(90 * DAY);
    const { shares } = await collect(yard.user);
    expect(shares).toContainEqual({ kind: 'other', reason: 'foreign', files: 3, sizeBytes: 12 });
    expect(await keysOf(yard.store)).toEqual(expect.arrayContaining(foreign));
  });

  test('what a crashed publish left goes when it is older than the grace', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily('1.0');
    const left = [
      'deb/pool/main/l/left/left_1.0_amd64.deb',
      `deb/dists/stable/main/binary-amd64/by-hash/SHA256/${'a'.repeat(64)}`,
      `.pakhus/deb/blob/01aryz6s41tsv4rrffq69g5fav-${'a'.repeat(64)}`,
      '.pakhus/deb/claim/0000000001-000',
      '.pakhus/deb/inbox/ann@desk/01aryz6s41tsv4rrffq69g5fav/files/0-left.deb',
    ];
    for (const key of left) await yard.store.write(key, Buffer.from('left'));
    expect((await collect(yard.user)).deleted.files).toBe(1);
    yard.clock.advance(15 * DAY);
    expect(await collect(yard.user)).toMatchObject({ rev: 3, deleted: { files: 4, sizeBytes: 16 } });
    const keys = await keysOf(yard.store);
    expect(left.filter((key) => keys.includes(key))).toEqual([]);
  });

  test('index files of a revision of a few seconds go after a day, its packages do not', async () => {
    await using yard = await createYard(capabilities);
    for (const version of OLD) await yard.user.publish([{ name: 'demo', version }]);
    yard.clock.advance(2 * DAY);
    await yard.publishDaily('6.0', '7.0', '8.0');
    expect(collectable(await collect(yard.user))).toEqual({ index: 6 });
    expect(await yard.pool()).toHaveLength(8);
    expect(await problemsOf(yard.user)).toEqual([]);
    await yard.publishDaily('9.0');
    expect(await seenBy(yard)).toEqual(['demo 9.0']);
  });

  test('without a ledger key nothing is touched', async () => {
    await using yard = await createYard(capabilities);
    await yard.publishDaily(...OLD);
    yard.clock.advance(20 * DAY);
    const before = await keysOf(yard.store);
    const { signer: _, ...ledger } = (await yard.user.open()).ledger;
    const repository = { ...(await yard.user.open()), ledger };
    const input = { graceMs: undefined, dryRun: false };
    await expect(collectRepository(repository, input, yard.user.options)).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
    });
    expect(await keysOf(yard.store)).toEqual(before);
  });
});

describe('the grace', () => {
  test('is a setting of the repository, and the one that is given counts', async () => {
    await using yard = await createYard({}, 'channels: [stable], keep: 1, graceDays: 60');
    await yard.publishDaily(...OLD);
    yard.clock.advance(50 * DAY);
    expect(await collect(yard.user, { dryRun: true })).toMatchObject({ graceMs: 60 * DAY });
    expect(collectable(await collect(yard.user, { dryRun: true }))).toEqual({});
    expect(collectable(await collect(yard.user, { dryRun: true, graceMs: DAY }))).toMatchObject({
      package: 2,
    });
  });

  test('may be less than an hour, with a warning', async () => {
    await using yard = await createYard();
    await yard.publishDaily(...OLD);
    await collect(yard.user, { graceMs: HOUR });
    expect(yard.user.events.filter(({ type }) => type === 'warning')).toEqual([]);
    await collect(yard.user, { graceMs: 0 });
    expect(yard.user.events).toContainEqual(expect.objectContaining({ code: 'gc-short-grace' }));
    expect(await seenBy(yard)).toEqual(['demo 5.0']);
  });
});
