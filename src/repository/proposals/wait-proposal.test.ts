import { describe, expect, test } from 'vitest';
import { addition, createTeam, debBytes, type Team } from '../../../tests/support/proposal-kit.ts';
import type { TestUser } from '../../../tests/support/test-repository.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Storage } from '../../storage/storage.ts';
import { type ProposalOutcome, parseProposal, waitForProposal } from './wait-proposal.ts';

const DAY_MS = 24 * 3_600_000;
const NEW = await debBytes({ name: 'new' });

/** What `pakhus wait REF` finds, by default at once. */
async function waitFor(user: TestUser, ref: string, timeoutMs = 0): Promise<ProposalOutcome> {
  const work = { proposal: parseProposal(ref), timeoutMs, clock: user.clock };
  return waitForProposal([await user.open()], work, user.options);
}

function propose(team: Team): Promise<string> {
  return team.forge({ actions: [addition('0-new.deb', NEW)], files: { '0-new.deb': NEW } });
}

describe('a proposal is', () => {
  test('open, until somebody commits it; then published', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    const common = { proposal, repository: 'deb', rev: undefined, reason: undefined };
    expect(await waitFor(team.ci, proposal)).toEqual({ ...common, outcome: 'open' });
    await team.ann.commit();
    expect(await waitFor(team.ci, proposal)).toEqual({ ...common, outcome: 'published', rev: 2 });
  });

  test('refused, with the reason', async () => {
    await using team = await createTeam();
    const proposal = await team.forge({ actions: [{ type: 'sudo' }] });
    await team.ann.commit();
    expect(await waitFor(team.ci, proposal)).toEqual({
      proposal,
      repository: 'deb',
      outcome: 'rejected',
      rev: 2,
      reason: "it cannot be read: unknown action 'sudo'",
    });
  });

  test('committed, as long as clients do not see it', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    const { store } = team;
    const full = team.annWith({
      write: async (key, body, options) => {
        if (key.endsWith('/InRelease')) throw new PakhusError('STORE_FULL', 'no space left');
        return store.write(key, body, options);
      },
    });
    await expect(full.commit()).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(await waitFor(team.ci, proposal)).toMatchObject({ outcome: 'committed', rev: 2 });
    await team.ann.commit();
    expect(await waitFor(team.ci, proposal)).toMatchObject({ outcome: 'published', rev: 2 });
  });

  test('expired, also before the log says so', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    await team.ann.clock.sleep(7 * DAY_MS + 60_000);
    const reason = 'expired after 7 days';
    expect(await waitFor(team.ci, proposal, DAY_MS)).toMatchObject({ outcome: 'expired', reason });
    await team.ann.commit();
    expect(await waitFor(team.ci, proposal)).toMatchObject({ outcome: 'rejected', rev: 2, reason });
  });

  test('found in the log long after the newest revision has forgotten it', async () => {
    await using team = await createTeam();
    const done = await propose(team);
    const refused = await team.forge({ actions: [{ type: 'sudo' }] });
    await team.ann.commit();
    for (let week = 0; week < 4; week++) {
      await team.ann.clock.sleep(7 * DAY_MS);
      await team.ann.publish([{ name: `week${week}` }]);
    }
    expect(await team.outcome(done)).toBeUndefined();
    expect(await waitFor(team.ci, done)).toMatchObject({ outcome: 'published', rev: 2 });
    expect(await waitFor(team.ci, refused)).toMatchObject({ outcome: 'rejected', rev: 2 });
  });

  test('unknown: an error, never a hang', async () => {
    await using team = await createTeam();
    await expect(waitFor(team.ci, `ci/${'0'.repeat(26)}`, DAY_MS)).rejects.toMatchObject({
      code: 'INTENT_NOT_FOUND',
      message: `ci/${'0'.repeat(26)} is neither open nor settled in deb`,
    });
    const work = { proposal: parseProposal(`ci/${'0'.repeat(26)}`), timeoutMs: DAY_MS, clock: team.ci.clock };
    await expect(waitForProposal([], work, team.ci.options)).rejects.toMatchObject({
      code: 'INTENT_NOT_FOUND',
    });
  });

  test('withdrawn: unknown', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    for (const key of await team.state('inbox/')) await team.store.delete(`.pakhus/deb/${key}`);
    await expect(waitFor(team.ci, proposal)).rejects.toMatchObject({ code: 'INTENT_NOT_FOUND' });
  });
});

describe('waiting', () => {
  test('ends as soon as it is published', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    const waiting = waitFor(team.ci, proposal, DAY_MS);
    await team.ann.commit();
    expect(await waiting).toMatchObject({ outcome: 'published', rev: 2 });
  });

  test('ends with the time', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    const startMs = team.ci.clock.now();
    expect(await waitFor(team.ci, proposal, 60_000)).toMatchObject({ outcome: 'open' });
    expect(team.ci.clock.now() - startMs).toBe(60_000);
  });

  test('outlasts a store that does not answer, and says so once', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    await team.ann.commit();
    let failures = 5;
    const ci = team.ciWith(
      {},
      {
        list: async function* (prefix, options) {
          if (prefix.includes('/log/') && failures-- > 0)
            throw new PakhusError('STORE_UNAVAILABLE', 'no answer');
          yield* team.store.list(prefix, options);
        },
      },
    );
    expect(await waitFor(ci, proposal, 60_000)).toMatchObject({ outcome: 'published' });
    expect(ci.events.filter(({ type }) => type === 'warning')).toEqual([
      { type: 'warning', code: 'STORE_UNAVAILABLE', message: 'no answer' },
    ]);
  });

  test('needs the log and `published` only', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    await team.ann.commit();
    const ci = team.ciWith({}, logOnly(team.store));
    await ci.configure('channels: [testing]');
    expect(await waitFor(ci, proposal)).toMatchObject({ outcome: 'published', rev: 2 });
    expect(
      await waitFor(ci, `ci/${proposal.slice(3, -1)}${proposal.endsWith('0') ? '1' : '0'}`),
    ).toMatchObject({
      outcome: 'open',
    });
  });

  test('believes a record only when the newest one leads to it', async () => {
    await using team = await createTeam();
    const proposal = await propose(team);
    await team.ann.commit();
    await team.ann.publish([{ name: 'next' }]);
    const record = '.pakhus/deb/log/0000000002.json';
    await team.store.write(record, Buffer.from('{"pakhus":1}\n{"key":"x","signature":"y"}\n'));
    await expect(waitFor(team.ci, proposal)).rejects.toMatchObject({
      code: expect.stringMatching(/^LEDGER_(CORRUPT|UNTRUSTED)$/),
    });
  });
});

function logOnly(store: Storage): Partial<Storage> {
  const check = (key: string): void => {
    if (!/^\.pakhus\/deb\/(log\/|published$)/.test(key))
      throw new PakhusError('STORE_PERMISSION', `${key}: permission denied`);
  };
  return {
    stat: async (key, options) => {
      check(key);
      return store.stat(key, options);
    },
    read: async (key, options) => {
      check(key);
      return store.read(key, options);
    },
    list: async function* (prefix, options) {
      check(prefix);
      yield* store.list(prefix, options);
    },
  };
}

test.each(['ci', 'ci/', '/01m7wgecccy8rfrapk3rp5yf09', 'ci/x', 'ci/01M7WGECCCY8RFRAPK3RP5YF09', 'a/b/c', ''])(
  '%j is no proposal',
  (text) => {
    expect(() => parseProposal(text)).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }));
  },
);
