/** Looking back and looking on: the log, the difference of revisions, how a repository stands. */
import { describe, expect, test } from 'vitest';
import { createTestRepository, keysOf } from '../../../tests/support/test-repository.ts';
import { writeIntent } from '../../ledger/intents.ts';
import { parseWanted, removePackages } from '../remove-packages.ts';
import { readStatus } from '../status.ts';
import { diffRevisions } from './diff-revisions.ts';
import { readLog } from './history.ts';

/** Revision 1: hello and tool. 2: hello 2.0 in stable. 3: tool removed. */
async function threeRevisions() {
  const user = await createTestRepository({ author: 'ann@desk' });
  await user.publish([{ name: 'hello' }, { name: 'tool' }]);
  await user.publish([{ name: 'hello', version: '2.0' }]);
  const input = { from: {}, wanted: [parseWanted('tool')], all: false, dryRun: false };
  await removePackages(await user.open(), input, user.options);
  return user;
}

describe('the log', () => {
  test('has every revision, newest first: who, what, when', async () => {
    await using user = await threeRevisions();
    const log = await readLog(await user.open(), { limit: 10 });
    const keyId = log[0]?.keyId;
    expect(keyId).toMatch(/^[0-9a-f]{32}$/);
    const start = Date.UTC(2026, 0, 1);
    const common = { author: 'ann@desk', keyId, pins: [], done: 1, rejected: [] };
    expect(log).toEqual([
      {
        rev: 3,
        dateMs: start + 2000,
        message: 'remove tool 1.0',
        packages: 2,
        packagesChange: -1,
        ...common,
      },
      {
        rev: 2,
        dateMs: start + 1000,
        message: 'publish hello 2.0 to stable/main',
        packages: 3,
        packagesChange: 1,
        ...common,
      },
      {
        rev: 1,
        dateMs: start,
        message: 'publish 2 packages to stable/main',
        packages: 2,
        packagesChange: 2,
        ...common,
      },
    ]);
  });

  test('is cut at the limit', async () => {
    await using user = await threeRevisions();
    expect((await readLog(await user.open(), { limit: 2 })).map(({ rev }) => rev)).toEqual([3, 2]);
  });

  test('names what was refused, and why', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const { ledger, newId } = await user.open();
    if (ledger.signer === undefined) throw new Error('no ledger key');
    const ref = await writeIntent(ledger, {
      id: newId(),
      message: 'nonsense',
      actions: [{ type: 'explode' }],
      signer: ledger.signer,
    });
    await user.publish([{ name: 'world' }]);
    expect((await readLog(await user.open(), { limit: 1 }))[0]).toMatchObject({
      message: 'publish world 1.0 to stable/main',
      done: 1,
      rejected: [{ ref, reason: "it cannot be read: unknown action 'explode'" }],
    });
  });

  test('of a repository without a revision is an error', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable]');
    await expect(readLog(await user.open(), { limit: 1 })).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    });
  });
});

describe('the difference', () => {
  test.each<[what: string, range: { from?: string; to?: string }, from: number, to: number, lines: string[]]>(
    [
      ['of the newest to the one before', {}, 2, 3, ['removed tool 1.0']],
      ['up to a revision, from the one before', { to: '2' }, 1, 2, ['added hello 2.0']],
      ['from a revision to the newest', { from: '1' }, 1, 3, ['added hello 2.0', 'removed tool 1.0']],
      ['from nothing at all', { from: '0', to: '1' }, 0, 1, ['added hello 1.0', 'added tool 1.0']],
      ['backwards', { from: '3', to: '1' }, 3, 1, ['added tool 1.0', 'removed hello 2.0']],
      ['of a revision to itself', { from: '2', to: '2' }, 2, 2, []],
    ],
  )('%s', async (_what, range, from, to, lines) => {
    await using user = await threeRevisions();
    const diff = await diffRevisions(await user.open(), range);
    expect(diff).toMatchObject({ from, to });
    expect(diff.packages.map(({ kind, name, version }) => `${kind} ${name} ${version}`).sort()).toEqual(
      lines,
    );
  });

  test('shows a package that was replaced by other bytes', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }, { name: 'stay' }]);
    const input = { from: {}, wanted: [parseWanted('hello')], all: false, dryRun: false };
    await removePackages(await user.open(), input, user.options);
    await user.publish([{ name: 'hello', content: 'another build' }]);
    expect((await diffRevisions(await user.open(), { from: '1' })).packages).toEqual([
      {
        kind: 'changed',
        channel: 'stable',
        component: 'main',
        name: 'hello',
        version: '1.0',
        architecture: 'amd64',
      },
    ]);
  });

  test.each([{ from: '7' }, { to: '7' }, { from: '1', to: '7' }])(
    '%j names a revision that is not there',
    async (range) => {
      await using user = await threeRevisions();
      await expect(diffRevisions(await user.open(), range)).rejects.toMatchObject({
        code: 'REVISION_NOT_FOUND',
        message: 'deb has no revision 7',
        hint: '`pakhus log deb` shows what there is.',
      });
    },
  );
});

describe('the status', () => {
  test('counts packages by place, and names revision, author and signers', async () => {
    await using user = await createTestRepository({ author: 'ann@desk' });
    await user.configure(
      'channels: [testing, stable], components: [main, extra]',
      'url: https://example.org/x',
    );
    await user.publish([{ name: 'hello' }, { name: 'hello', architecture: 'all' }], {
      to: 'deb/testing/extra',
    });
    const status = await readStatus(await user.open());
    expect(status).toMatchObject({
      name: 'deb',
      format: 'deb',
      tree: '/simulated/deb',
      url: 'https://example.org/x/deb',
      rev: 1,
      publishedRev: 1,
      dateMs: Date.UTC(2026, 0, 1),
      author: 'ann@desk',
      channels: [
        {
          name: 'stable',
          dateMs: Date.UTC(2026, 0, 1),
          components: [
            { name: 'main', packages: 0 },
            { name: 'extra', packages: 0 },
          ],
        },
        {
          name: 'testing',
          dateMs: Date.UTC(2026, 0, 1),
          components: [
            { name: 'main', packages: 0 },
            { name: 'extra', packages: 2 },
          ],
        },
      ],
      signers: [{ fingerprint: expect.stringMatching(/^[0-9a-f]{40}$/), warnings: [] }],
      stale: [],
      openIntents: 0,
    });
  });

  test('tells what clients do not see yet, and what is proposed', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    await user.store.delete('deb/dists/stable/InRelease');
    const { ledger, newId } = await user.open();
    if (ledger.signer === undefined) throw new Error('no ledger key');
    await writeIntent(ledger, { id: newId(), message: '', actions: [], signer: ledger.signer });
    expect(await readStatus(await user.open())).toMatchObject({
      stale: ['dists/stable/InRelease'],
      openIntents: 1,
    });
  });

  test('is nothing before the first revision, and looking leaves no trace', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable]');
    expect(await readStatus(await user.open())).toBeUndefined();
    expect(await keysOf(user.store)).toEqual([]);
  });
});
