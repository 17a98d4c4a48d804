/** A committer dies at any call of the store while it takes a proposal; a proposer dies while it makes one. */
import { expect, test } from 'vitest';
import { verifyRepository } from '../../src/repository/verify/verify.ts';
import { faultyStorage, ProcessDeath } from '../../src/storage/fault.ts';
import { createMemoryStorage } from '../../src/storage/memory.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { readAsClient } from '../support/apt-reader.ts';
import { addition, createTeam, debBytes, type Team } from '../support/proposal-kit.ts';
import { copyObjects } from '../support/simulated-publisher.ts';
import { keysOf } from '../support/test-repository.ts';

const NEW = await debBytes({ name: 'new' });

/** A store that dies in call `at`; whether the call is done all the same takes turns. */
function mortal(store: Storage, at: number): Storage {
  return faultyStorage(store, {
    decide: ({ index }) => (index === at ? { type: 'death', applied: at % 2 === 0 } : { type: 'none' }),
  });
}

/** Runs `work` on copies of the team's store, each dying a call later than the one before, until one lives. */
async function eachDeath(
  team: Team,
  work: (store: Storage) => Promise<unknown>,
  check: (store: Storage) => Promise<void>,
): Promise<number> {
  for (let at = 0; ; at++) {
    const store = createMemoryStorage({ clock: team.ann.clock });
    await copyObjects(team.store, store);
    const lived = await work(mortal(store, at)).then(
      () => true,
      (error: unknown) => (error instanceof ProcessDeath ? false : Promise.reject(error)),
    );
    await check(store);
    if (lived) return at;
  }
}

/** All is done, once, and nothing is left. */
async function expectDone(team: Team, store: Storage): Promise<void> {
  const ann = team.annWith(store);
  await ann.commit();
  expect((await readAsClient(store, 'deb', 'testing'))?.packages).toEqual(['new 1.0']);
  expect(await keysOf(store, '.pakhus/deb/inbox/')).toEqual([]);
  expect((await verifyRepository(await ann.open(), ann.options)).findings).toEqual([]);
  const records = await keysOf(store, '.pakhus/deb/log/');
  expect(records).toHaveLength(2);
}

test('a committer that dies anywhere loses no proposal and does none twice', {
  timeout: 300_000,
}, async () => {
  await using team = await createTeam();
  await team.forge({ actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } });
  const deaths = await eachDeath(
    team,
    (store) => team.annWith(store).commit(),
    async (store) => {
      const seen = (await readAsClient(store, 'deb', 'testing'))?.packages;
      expect([[], ['new 1.0']]).toContainEqual(seen);
      await expectDone(team, store);
    },
  );
  expect(deaths).toBeGreaterThan(60);
});

test('a proposer that dies anywhere has proposed all of it or nothing', { timeout: 300_000 }, async () => {
  await using team = await createTeam();
  const deaths = await eachDeath(
    team,
    (store) => team.ciWith({}, store).propose([{ name: 'new' }], { to: 'deb/testing' }),
    async (store) => {
      const isWhole = (await keysOf(store, '.pakhus/deb/inbox/ci/')).some((key) =>
        key.endsWith('/intent.json'),
      );
      if (isWhole) return expectDone(team, store);
      await team.annWith(store).commit();
      expect((await readAsClient(store, 'deb', 'testing'))?.packages).toEqual([]);
    },
  );
  expect(deaths).toBeGreaterThan(5);
});
