import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesAt, createTeam, type Team } from '../../../tests/support/proposal-kit.ts';
import { keysOf } from '../../../tests/support/test-repository.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { generateLedgerKey, readLedgerKey } from '../../signing/ledger-key.ts';
import type { Storage } from '../../storage/storage.ts';
import { readLog } from '../history/history.ts';
import { promotePackages } from '../promote-packages.ts';
import { parseWanted, removePackages } from '../remove-packages.ts';
import { verifyRepository } from '../verify/verify.ts';

/** What a client and `pakhus verify` make of it; no copies of proposed files are left. */
async function expectSound({ ann, state }: Team): Promise<void> {
  expect(await state('inbox/')).toEqual([]);
  expect((await verifyRepository(await ann.open(), ann.options)).findings).toEqual([]);
}

/** Blobs that hold package files. */
async function copies({ store, state }: Team): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of await state('blob/')) {
    const bytes = await bytesAt(store, `.pakhus/deb/${key}`);
    if (Buffer.from(bytes.subarray(0, 7)).toString() === '!<arch>') found.push(key);
  }
  return found;
}

describe('a proposal', () => {
  test('touches nothing but its own folder, and is published by whoever commits', async () => {
    await using team = await createTeam();
    const before = await keysOf(team.store);
    const ref = await team.ci.propose([{ name: 'new' }, { name: 'more', version: '2.0' }], {
      to: 'deb/testing',
    });
    expect(ref).toMatch(/^ci\/[0-9a-z]{26}$/);
    const mine = `.pakhus/deb/inbox/${ref}/`;
    expect((await keysOf(team.store)).filter((key) => !before.includes(key))).toEqual([
      `${mine}0-new_1.0_amd64.deb`,
      `${mine}1-more_2.0_amd64.deb`,
      `${mine}intent.json`,
    ]);
    await team.ann.commit();
    expect(await team.seen('testing')).toEqual(['more 2.0', 'new 1.0']);
    expect(await team.seen('stable')).toEqual(['hello 1.0']);
    expect(await team.outcome(ref)).toEqual({ ref, rev: 2 });
    expect((await readLog(await team.ann.open(), { limit: 1 }))[0]).toMatchObject({
      author: 'ann@desk',
      message: 'publish 2 packages to testing/main (proposed by ci)',
    });
    expect(await copies(team)).toEqual([]);
    await expectSound(team);
  });

  test('is taken along by whoever publishes', async () => {
    await using team = await createTeam();
    await team.ci.propose([{ name: 'new' }], { to: 'deb/testing' });
    await team.ann.publish([{ name: 'world' }]);
    expect(await team.seen('testing')).toEqual(['new 1.0']);
    expect(await team.seen('stable')).toEqual(['hello 1.0', 'world 1.0']);
    await expectSound(team);
  });

  test('of other bytes under one name and of one size, for another channel, is a file of its own', async () => {
    await using team = await createTeam({ rules: '{ ci: { actions: [add], to: [deb] } }' });
    for (const [channel, content] of [
      ['stable', 'one'],
      ['testing', 'two'],
    ] as const)
      await team.ci.propose([{ name: 'same', content }], { to: `deb/${channel}` });
    await team.ann.commit();
    expect(await team.seen('stable')).toEqual(['hello 1.0', 'same 1.0']);
    expect(await team.seen('testing')).toEqual(['same 1.0']);
    const files = (await keysOf(team.store, 'deb/pool/')).filter((key) => key.includes('/same_'));
    expect(files).toHaveLength(2);
    await expectSound(team);
  });

  test('removes and promotes', async () => {
    await using team = await createTeam();
    const options = { ...team.ci.options, propose: { as: 'ci' } };
    const [from, to] = [
      { channel: 'stable', component: 'main' },
      { channel: 'testing', component: 'main' },
    ];
    const wanted = [parseWanted('hello')];
    const promotion = await promotePackages(
      await team.ci.open(),
      { from, to, wanted, dryRun: false },
      options,
    );
    expect(promotion.change).toMatchObject({ rev: undefined, proposal: expect.stringMatching(/^ci\//) });
    await team.ann.commit();
    expect(await team.seen('testing')).toEqual(['hello 1.0']);
    await removePackages(await team.ci.open(), { from: to, wanted, all: false, dryRun: false }, options);
    await team.ann.commit();
    expect(await team.seen('testing')).toEqual([]);
  });

  test('of a package that is there already is none', async () => {
    await using team = await createTeam({ rules: '{ ci: { actions: [add], to: [deb] } }' });
    await expect(team.ci.propose([{ name: 'hello' }])).rejects.toThrow('nothing was proposed');
    expect(await team.state('inbox/')).toEqual([]);
  });

  test('that a committer would refuse is refused at once, and nothing is uploaded', async () => {
    await using team = await createTeam();
    await expect(team.ci.propose([{ name: 'new' }], { to: 'deb/stable' })).rejects.toMatchObject({
      code: 'INTENT_REJECTED',
      message: "the proposer 'ci' may not change deb/stable/main, only deb/testing",
    });
    await expect(team.ci.propose([{ name: 'new' }], { to: 'deb/testing', as: 'eve' })).rejects.toMatchObject({
      code: 'INTENT_REJECTED',
      message: "'eve' is no proposer of deb",
      hint: expect.stringContaining('proposers:'),
    });
    expect(await team.state('inbox/')).toEqual([]);
  });

  test("of a name is bound by its rules, also where a committer's key is", async () => {
    await using team = await createTeam();
    await expect(team.ann.propose([{ name: 'new' }], { as: 'ci' })).rejects.toMatchObject({
      message: "the proposer 'ci' may not change deb/stable/main, only deb/testing",
    });
    const ref = await team.ann.propose([{ name: 'new' }], { as: 'ci', to: 'deb/testing' });
    await team.ann.commit();
    expect((await readLog(await team.ann.open(), { limit: 1 }))[0]?.message).toContain('(proposed by ci)');
    expect(await team.outcome(ref)).toEqual({ ref, rev: 2 });
  });

  test('of a committer is bound by no rule, and lies in a folder of its own', async () => {
    await using team = await createTeam();
    const ref = await team.ann.propose([{ name: 'new' }], { to: 'deb/stable' });
    expect(ref).toMatch(/^ann@desk\//);
    expect(await team.seen('stable')).toEqual(['hello 1.0']);
    await team.ann.commit();
    expect(await team.seen('stable')).toEqual(['hello 1.0', 'new 1.0']);
    await expectSound(team);
  });
});

describe('a proposer with a key', () => {
  const key = generateLedgerKey();
  const { publicKey } = readLedgerKey(key, { origin: 'test' });
  const rules = `{ ci: { actions: [add], to: [deb/testing], key: ${publicKey} } }`;

  test('signs what it proposes', async () => {
    await using team = await createTeam({ rules });
    const ci = team.ciWith({ PAKHUS_LEDGER_KEY: key });
    const ref = await ci.propose([{ name: 'new' }], { to: 'deb/testing' });
    await team.ann.commit();
    expect(await team.outcome(ref)).toEqual({ ref, rev: 2 });
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });

  test('finds its key in its folder of keys', async () => {
    await using team = await createTeam({ rules });
    const { config } = await team.ci.workspace();
    await mkdir(config.keys.value, { recursive: true, mode: 0o700 });
    await writeFile(join(config.keys.value, 'ci.ledger.pem'), key, { mode: 0o600 });
    const ref = await team.ci.propose([{ name: 'new' }], { to: 'deb/testing' });
    await team.ann.commit();
    expect(await team.outcome(ref)).toEqual({ ref, rev: 2 });
  });

  test('is told when the key is not here, or is another one', async () => {
    await using team = await createTeam({ rules });
    for (const env of [{}, { PAKHUS_LEDGER_KEY: generateLedgerKey() }])
      await expect(team.ciWith(env).propose([{ name: 'new' }], { to: 'deb/testing' })).rejects.toMatchObject({
        code: 'KEY_NOT_FOUND',
        message: "the ledger key of the proposer 'ci' is not here",
      });
  });

  test('cannot commit', async () => {
    await using team = await createTeam({ rules });
    const ci = team.ciWith({ PAKHUS_LEDGER_KEY: key });
    await expect(ci.publish([{ name: 'new' }], { to: 'deb/testing' })).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
    });
  });
});

describe('a proposer who may read nothing but the log', () => {
  function closed(store: Storage, pattern: RegExp): Partial<Storage> {
    const check = (key: string): void => {
      if (pattern.test(key)) throw new PakhusError('STORE_PERMISSION', `${key}: permission denied`);
    };
    return {
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

  test.each([
    ['no blobs', /\/blob\//],
    ['nothing of the state', /^\.pakhus\/(deb\/(blob|log|published)|$)/],
  ])('%s: proposes all the same', async (_what, pattern) => {
    await using team = await createTeam();
    const ci = team.ciWith({}, closed(team.store, pattern));
    await ci.configure('channels: [testing]');
    const ref = await ci.propose([{ name: 'new' }], { to: 'deb/testing' });
    await team.ann.commit();
    expect(await team.outcome(ref)).toEqual({ ref, rev: 2 });
    expect(await team.seen('testing')).toEqual(['new 1.0']);
  });
});
