import { describe, expect, test } from 'vitest';
import { addition, createTeam, debBytes, type Team } from '../../../tests/support/proposal-kit.ts';
import type { TestUser } from '../../../tests/support/test-repository.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { type CommitReport, commitOpen, watchOpen } from './commit-open.ts';

const NEW = await debBytes({ name: 'new' });

function propose(team: Team): Promise<string> {
  return team.forge({ actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } });
}

async function commit(user: TestUser): Promise<CommitReport> {
  return commitOpen(await user.open(), user.options);
}

describe('commit', () => {
  test('tells what was done, what was refused, and by whom', async () => {
    await using team = await createTeam();
    const good = await propose(team);
    const bad = await team.forge({ actions: [{ type: 'sudo' }] });
    expect(await commit(team.ann)).toMatchObject({
      repository: 'deb',
      rev: 2,
      revisions: [
        {
          repository: 'deb',
          rev: 2,
          author: 'ann@desk',
          message: 'forged (proposed by ci)',
          settled: expect.arrayContaining([
            { ref: good },
            { ref: bad, rejected: "it cannot be read: unknown action 'sudo'" },
          ]),
        },
      ],
    });
  });

  test('with nothing to do puts back what clients miss', async () => {
    await using team = await createTeam();
    await team.store.delete('deb/dists/stable/InRelease');
    expect(await commit(team.ann)).toEqual({
      repository: 'deb',
      rev: 1,
      revisions: [],
      written: ['dists/stable/InRelease'],
    });
  });

  test('is not for a proposer', async () => {
    await using team = await createTeam();
    await expect(commit(team.ci)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  });
});

/** Ann's watch, the reports of it, and how to end it. */
async function watch(user: TestUser, everyMs = 5000) {
  const controller = new AbortController();
  const reports: CommitReport[] = [];
  const { signal } = controller;
  const work = { everyMs, clock: user.clock, onReport: (one: CommitReport) => void reports.push(one) };
  const ended = watchOpen([await user.open()], work, { ...user.options, signal });
  return {
    reports,
    ended,
    stop: () => controller.abort(),
    settle: (count: number) => settle(reports, count),
  };
}

/** Waits until there are so many reports. */
async function settle(reports: readonly CommitReport[], count: number): Promise<void> {
  while (reports.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('watch', () => {
  test('tells each revision once, its own and those of others, and ends well', async () => {
    await using team = await createTeam();
    const watching = await watch(team.ann);
    await propose(team);
    await watching.settle(1);
    await team.annWith({}).publish([{ name: 'world' }]);
    await watching.settle(2);
    watching.stop();
    await watching.ended;
    expect(watching.reports.flatMap(({ revisions }) => revisions.map(({ rev }) => rev))).toEqual([2, 3]);
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });

  test('looks at little while nothing happens', async () => {
    await using team = await createTeam();
    const reads: string[] = [];
    const ann = team.annWith({
      read: async (key, options) => {
        reads.push(key);
        return team.store.read(key, options);
      },
    });
    const watching = await watch(ann, 1000);
    while (!reads.some((key) => key.includes('/InRelease')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const startMs = ann.clock.now();
    reads.length = 0;
    while (ann.clock.now() - startMs < 20_000) await new Promise((resolve) => setTimeout(resolve, 5));
    watching.stop();
    await watching.ended;
    expect(new Set(reads.filter((key) => !key.includes('/log/')))).toEqual(
      new Set(['.pakhus/deb/published']),
    );
    expect(watching.reports).toEqual([]);
  });

  test('outlasts a store that does not answer, and says so once', async () => {
    await using team = await createTeam();
    let isDown = true;
    const ann = team.annWith({
      list: async function* (prefix, options) {
        if (isDown && prefix.includes('/inbox/')) throw new PakhusError('STORE_UNAVAILABLE', 'no answer');
        yield* team.store.list(prefix, options);
      },
    });
    const watching = await watch(ann);
    await propose(team);
    const startMs = ann.clock.now();
    while (ann.clock.now() - startMs < 60_000) await new Promise((resolve) => setTimeout(resolve, 5));
    isDown = false;
    await watching.settle(1);
    watching.stop();
    await watching.ended;
    expect(ann.events.filter(({ type }) => type === 'warning')).toEqual([
      { type: 'warning', code: 'STORE_UNAVAILABLE', message: 'no answer' },
    ]);
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });

  test('ends with an error that does not go away', async () => {
    await using team = await createTeam();
    const watching = await watch(team.ci);
    await expect(watching.ended).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  });
});
