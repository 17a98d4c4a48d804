/** Timeline 3: a proposal's retry arrives after it was settled and undone; the proposer's clock is 8 days ahead. */
import { expect, test } from 'vitest';
import { createUlidFactory } from '../../../src/core/ulid.ts';
import { removePackages } from '../../../src/repository/remove-packages.ts';
import { addition, createTeam, debBytes, TESTING, type Team } from '../../support/proposal-kit.ts';

const DAY_MS = 24 * 3_600_000;
const NEW = await debBytes({ name: 'new' });
const PROPOSAL = { actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } };

/** The proposal, sent once more: its answer got lost, or somebody kept a copy. */
async function sendAgain(team: Team, ref: string): Promise<void> {
  await team.forge({ ...PROPOSAL, id: ref.slice('ci/'.length) });
  await team.ann.commit();
}

async function undo({ ann }: Team): Promise<void> {
  const wanted = [{ name: 'new', version: undefined }];
  await removePackages(await ann.open(), { from: TESTING, wanted, all: false, dryRun: false }, ann.options);
}

test.each([
  ['at once', 0],
  ['a day later', DAY_MS],
  ['in the last minute of its id', 7 * DAY_MS - 60_000],
  ['when its id has expired', 7 * DAY_MS + 60_000],
  ['when its settlement is forgotten', 12 * DAY_MS],
])('%s: what was undone stays undone', async (_when, laterMs) => {
  await using team = await createTeam();
  const ref = await team.forge(PROPOSAL);
  await team.ann.commit();
  expect(await team.seen('testing')).toEqual(['new 1.0']);
  await undo(team);
  await team.ann.clock.sleep(laterMs);
  await sendAgain(team, ref);
  expect(await team.seen('testing')).toEqual([]);
  expect(await team.state('inbox/')).toEqual([]);
});

test('from a clock that is 8 days ahead: refused now, and when its time has come', async () => {
  await using team = await createTeam();
  const { clock } = team.ann;
  const ahead = createUlidFactory(
    () => clock.now() + 8 * DAY_MS,
    (length) => new Uint8Array(length),
  )();
  const ref = await team.forge({ ...PROPOSAL, id: ahead });
  await team.ann.commit();
  expect(await team.outcome(ref)).toMatchObject({
    rev: 2,
    rejected: 'its id is more than 5 minutes ahead of the store',
  });
  for (let day = 0; day < 8; day++) {
    await clock.sleep(DAY_MS);
    await team.ann.publish([{ name: `day${day}` }]);
    await sendAgain(team, ref);
    expect(await team.seen('testing')).toEqual([]);
  }
  expect(await team.outcome(ref)).toMatchObject({ rev: 2 });
});

test('from a clock that is 8 days behind: refused', async () => {
  await using team = await createTeam();
  const behind = createUlidFactory(
    () => team.ann.clock.now() - 8 * DAY_MS,
    (length) => new Uint8Array(length),
  )();
  const ref = await team.forge({ ...PROPOSAL, id: behind });
  await team.ann.commit();
  expect((await team.outcome(ref))?.rejected).toBe('its id is more than 7 days older than its file');
  expect(await team.seen('testing')).toEqual([]);
});

test('whoever proposes with a wrong clock is told so at once', async () => {
  await using team = await createTeam();
  const { clock } = team.ann;
  // A bucket has a clock of its own; a directory has that of the machine.
  const capabilities = { ...team.store.capabilities, exclusive: false };
  for (const [wrongMs, shown] of [
    [8 * DAY_MS, '2026-01-09T'],
    [-8 * DAY_MS, '2025-12-24T'],
  ] as const) {
    const wrong = { now: () => clock.now() + wrongMs, sleep: clock.sleep };
    const ci = team.ciWith({}, { capabilities }, wrong);
    await expect(ci.propose([{ name: 'new' }], { to: 'deb/testing' })).rejects.toMatchObject({
      code: 'INTENT_REJECTED',
      message: expect.stringMatching(
        `will be refused: the clock of this machine says ${shown}.*, the store says 2026-01-01T`,
      ),
      hint: 'Set the clock, then propose again.',
    });
  }
});
