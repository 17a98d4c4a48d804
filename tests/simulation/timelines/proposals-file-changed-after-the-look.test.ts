/** Timeline 7: the proposer overwrites or deletes its file after the committer looked at it. */
import { expect, test } from 'vitest';
import { sha256Hex } from '../../../src/core/digest.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { addition, bytesAt, createTeam, debBytes, type Team } from '../../support/proposal-kit.ts';

const GOOD = await debBytes({ name: 'new' });
const EVIL = await debBytes({ name: 'new', content: 'evil' });
const FILE = '0-new.deb';
const POOL = 'deb/pool/main/n/new/new_1.0_amd64.deb';

/** What the proposer does with its file. */
type Trick = (store: Storage, key: string) => Promise<unknown>;
const TRICKS: readonly (readonly [string, Trick])[] = [
  ['overwritten', (store, key) => store.write(key, EVIL)],
  ['deleted', (store, key) => store.delete(key)],
];

/** A call of the committer's store that has to do with the file. */
interface Step {
  readonly call: 'read' | 'copy' | 'write' | 'delete';
  readonly key: string;
}

/** The store of a committer during whose calls the proposer plays a trick. */
function watched(
  { store }: Team,
  key: string,
  at: { readonly step: (step: Step) => boolean; readonly when: 'before' | 'after'; readonly trick: Trick },
): { readonly store: Partial<Storage>; readonly steps: Step[]; readonly isPlayed: () => boolean } {
  const steps: Step[] = [];
  let played = 0;
  const around = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    steps.push(step);
    const isNow = at.step(step) && played === 0;
    if (isNow) played++;
    if (isNow && at.when === 'before') await at.trick(store, key);
    const result = await work();
    if (isNow && at.when === 'after') await at.trick(store, key);
    return result;
  };
  return {
    steps,
    isPlayed: () => played > 0,
    store: {
      read: (from, options) => around({ call: 'read', key: from }, () => store.read(from, options)),
      copy: (from, to, options) => around({ call: 'copy', key: from }, () => store.copy(from, to, options)),
      write: (to, body, options) => around({ call: 'write', key: to }, () => store.write(to, body, options)),
      delete: (to, options) => around({ call: 'delete', key: to }, () => store.delete(to, options)),
    },
  };
}

/** A proposal, and the key of its file. */
async function propose(team: Team): Promise<{ readonly ref: string; readonly key: string }> {
  const ref = await team.forge({ actions: [addition(FILE, GOOD)], files: { [FILE]: GOOD } });
  return { ref, key: `.pakhus/deb/inbox/${ref}/${FILE}` };
}

const isInbox = ({ key }: Step): boolean => key.endsWith(`/${FILE}`);
const isCopyOfOurs = ({ call, key }: Step): boolean =>
  call === 'read' && key.includes('/blob/') && key.includes(sha256Hex(GOOD));

const AFTER_THE_COPY: readonly (readonly [string, (step: Step) => boolean, 'before' | 'after'])[] = [
  ['when it was copied', (step) => isInbox(step) && step.call === 'copy', 'after'],
  ['when the copy is read', isCopyOfOurs, 'before'],
  ['when the copy was read', isCopyOfOurs, 'after'],
  ['when the record is written', ({ call, key }) => call === 'write' && key.includes('/log/'), 'before'],
  [
    'when the index is published',
    ({ call, key }) => call === 'write' && key.endsWith('/InRelease'),
    'before',
  ],
];

for (const [what, trick] of TRICKS) {
  test.each(AFTER_THE_COPY)(`${what} %s: what was read is published`, async (_when, step, when) => {
    await using team = await createTeam();
    const { ref, key } = await propose(team);
    const committer = watched(team, key, { step, when, trick });
    await team.annWith(committer.store).commit();
    expect(committer.isPlayed()).toBe(true);
    expect(await team.outcome(ref)).toEqual({ ref, rev: 2 });
    expect(await team.seen('testing')).toEqual(['new 1.0']);
    expect(sha256Hex(await bytesAt(team.store, POOL))).toBe(sha256Hex(GOOD));
  });

  test(`${what} between the first look and the copy: refused, and clients see nothing`, async () => {
    await using team = await createTeam();
    const { ref, key } = await propose(team);
    const step = (one: Step): boolean => isInbox(one) && one.call === 'copy';
    const committer = watched(team, key, { step, when: 'before', trick });
    await team.annWith(committer.store).commit();
    expect(committer.isPlayed()).toBe(true);
    expect((await team.outcome(ref))?.rejected).toMatch(/^0-new\.deb is (not there|not what was proposed)/);
    expect(await team.seen('testing')).toEqual([]);
    await expect(bytesAt(team.store, POOL)).rejects.toMatchObject({ code: 'STORE_OBJECT_NOT_FOUND' });
  });
}

test('of a lost race: the file is copied once, and never looked at again', async () => {
  await using team = await createTeam();
  const { ref, key } = await propose(team);
  // Bob commits first, twice.
  let races = 0;
  const bobWins: Trick = async (store) => {
    await store.write(key, EVIL);
    races++;
    const bob = team.annWith({ list: emptyInbox(store) });
    await bob.publish([{ name: `bob${races}` }]);
  };
  const isRecord = ({ call, key: to }: Step): boolean => call === 'write' && to.includes('/log/');
  const committer = watched(team, key, { step: isRecord, when: 'before', trick: bobWins });
  await team.annWith(committer.store).commit();
  expect(races).toBe(1);
  expect(committer.steps.filter((step) => isRecord(step))).toHaveLength(2);
  expect(committer.steps.filter((step) => isInbox(step)).map(({ call }) => call)).toEqual([
    'read',
    'copy',
    'delete',
  ]);
  expect(await team.outcome(ref)).toEqual({ ref, rev: 3 });
  expect(await team.seen('testing')).toEqual(['new 1.0']);
  expect(await team.seen('stable')).toEqual(['bob1 1.0', 'hello 1.0']);
  expect(sha256Hex(await bytesAt(team.store, POOL))).toBe(sha256Hex(GOOD));
});

test('of a lost race: a file that was collected meanwhile is put back from the copy', async () => {
  await using team = await createTeam();
  const { key } = await propose(team);
  const collected: Trick = async (store) => {
    await store.delete(POOL);
    const bob = team.annWith({ list: emptyInbox(store) });
    await bob.publish([{ name: 'bob' }]);
  };
  const isRecord = ({ call, key: to }: Step): boolean => call === 'write' && to.includes('/log/');
  const committer = watched(team, key, { step: isRecord, when: 'before', trick: collected });
  await team.annWith(committer.store).commit();
  expect(await team.seen('testing')).toEqual(['new 1.0']);
});

/** Somebody who looked at the inbox before the proposal came. */
function emptyInbox(store: Storage): Storage['list'] {
  return async function* (prefix, options) {
    for await (const info of store.list(prefix, options)) if (!info.key.includes('/inbox/ci/')) yield info;
  };
}
