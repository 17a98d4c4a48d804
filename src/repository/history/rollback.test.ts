/** Rolling back: a place holds again what it held, in a new revision with a new date. */
import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import { createTestRepository, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import { applySettings } from '../apply-settings.ts';
import { openTail } from '../read-repository.ts';
import { parseWanted, removePackages } from '../remove-packages.ts';
import { readLog } from './history.ts';
import { type RollbackResult, rollbackPlace } from './rollback.ts';

/** `deb`, `deb/stable` or `deb/stable/main`. */
async function rollback(
  user: TestUser,
  place: string,
  { to, dryRun = false }: { readonly to?: string; readonly dryRun?: boolean } = {},
): Promise<RollbackResult> {
  const [, channel, component] = place.split('/');
  return rollbackPlace(await user.open(), { place: { channel, component }, to, dryRun }, user.options);
}

async function seen(user: TestUser, channel = 'stable'): Promise<readonly string[]> {
  return (await readAsClient(user.store, 'deb', channel))?.packages ?? [];
}

async function remove(user: TestUser, name: string): Promise<void> {
  const input = { from: {}, wanted: [parseWanted(name)], all: true, dryRun: false };
  await removePackages(await user.open(), input, user.options);
}

function lines({ packages }: RollbackResult): readonly string[] {
  return packages.map(
    ({ kind, channel, component, name, version }) => `${kind} ${name} ${version} in ${channel}/${component}`,
  );
}

/** 1: hello 1.0 in stable. 2: hello 2.0 in stable. 3: other 1.0 in testing. 4: hello 1.0 leaves stable. */
async function fourRevisions() {
  const user = await createTestRepository();
  await user.configure('channels: [stable, testing], components: [main, extra]');
  await user.publish([{ name: 'hello' }]);
  await user.publish([{ name: 'hello', version: '2.0' }]);
  await user.publish([{ name: 'other' }], { to: 'deb/testing' });
  await remove(user, 'hello=1.0');
  return user;
}

describe('a rollback', () => {
  test('brings back what was there and takes away what came since, in a new revision', async () => {
    await using user = await fourRevisions();
    const files = await keysOf(user.store, 'deb/pool/');
    const result = await rollback(user, 'deb/stable/main', { to: '1' });
    expect(result).toMatchObject({ to: 1, change: { rev: 5 } });
    expect(lines(result)).toEqual(['added hello 1.0 in stable/main', 'removed hello 2.0 in stable/main']);
    expect(await seen(user)).toEqual(['hello 1.0']);
    expect(await keysOf(user.store, 'deb/pool/')).toEqual(files);
    expect(result.downgrades).toMatchObject([
      {
        channel: 'stable',
        commands: ['apt-get update', 'apt-get install --only-upgrade --allow-downgrades hello=1.0'],
        left: [],
      },
    ]);
    const [entry] = await readLog(await user.open(), { limit: 1 });
    expect(entry).toMatchObject({ rev: 5, message: 'roll back stable/main to revision 1', done: 1 });
  });

  test.each<[place: string, stable: string[], testing: string[]]>([
    ['deb/stable/main', ['hello 1.0'], ['other 1.0']],
    ['deb/stable/extra', ['hello 2.0'], ['other 1.0']],
    ['deb/stable', ['hello 1.0'], ['other 1.0']],
    ['deb/testing', ['hello 2.0'], []],
    ['deb', ['hello 1.0'], []],
  ])('of %s touches nothing else', async (place, stable, testing) => {
    await using user = await fourRevisions();
    await rollback(user, place, { to: '1' });
    expect({ stable: await seen(user), testing: await seen(user, 'testing') }).toEqual({ stable, testing });
  });

  test.each<[place: string, to: number, stable: string[]]>([
    ['deb/stable/main', 3, ['hello 1.0', 'hello 2.0']],
    ['deb', 3, ['hello 1.0', 'hello 2.0']],
    ['deb/testing', 2, ['hello 2.0']],
  ])('of %s goes to the newest revision in which it held something else: %d', async (place, to, stable) => {
    await using user = await fourRevisions();
    expect((await rollback(user, place)).to).toBe(to);
    expect(await seen(user)).toEqual(stable);
  });

  test('done twice is undone', async () => {
    await using user = await fourRevisions();
    await rollback(user, 'deb/stable');
    expect((await rollback(user, 'deb/stable')).to).toBe(4);
    expect(await seen(user)).toEqual(['hello 2.0']);
  });

  test('to what is there already makes no revision', async () => {
    await using user = await fourRevisions();
    expect(await rollback(user, 'deb/testing', { to: '3' })).toEqual({
      to: 3,
      packages: [],
      downgrades: [],
      change: undefined,
    });
    expect(await readLog(await user.open(), { limit: 10 })).toHaveLength(4);
  });

  test('on a dry run says what it would do, and does nothing', async () => {
    await using user = await fourRevisions();
    const before = await keysOf(user.store);
    const result = await rollback(user, 'deb', { to: '1', dryRun: true });
    expect(lines(result)).toEqual([
      'added hello 1.0 in stable/main',
      'removed hello 2.0 in stable/main',
      'removed other 1.0 in testing/main',
    ]);
    expect(result.downgrades).toMatchObject([{ channel: 'stable' }, { channel: 'testing', left: ['other'] }]);
    expect(result.change).toBeUndefined();
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('undoes what was proposed before it and not committed yet', async () => {
    await using user = await fourRevisions();
    await user.propose([{ name: 'late' }], { to: 'deb/stable' });
    await user.clock.sleep(1000);
    const result = await rollback(user, 'deb/stable', { to: '1' });
    expect(lines(result)).toEqual(['added hello 1.0 in stable/main', 'removed hello 2.0 in stable/main']);
    expect(await seen(user)).toEqual(['hello 1.0']);
    expect(await readLog(await user.open(), { limit: 1 })).toMatchObject([{ rev: 5, done: 2, rejected: [] }]);
  });

  test('can be proposed, for a committer to make', async () => {
    await using user = await fourRevisions();
    const propose = { ...user.options, propose: { as: undefined } };
    const input = { place: { channel: 'stable' }, to: '1', dryRun: false };
    const { change, packages } = await rollbackPlace(await user.open(), input, propose);
    expect(change).toMatchObject({ rev: undefined, proposal: expect.any(String) });
    expect(packages).toHaveLength(2);
    expect(await seen(user)).toEqual(['hello 2.0']);
    await user.commit();
    expect(await seen(user)).toEqual(['hello 1.0']);
  });

  test('brings back other bytes of the same version', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    await remove(user, 'hello');
    await user.publish([{ name: 'hello', content: 'another build' }]);
    expect(lines(await rollback(user, 'deb/stable', { to: '1' }))).toEqual([
      'changed hello 1.0 in stable/main',
    ]);
  });

  test('leaves settings as they are, and keep drops nothing of what comes back', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable]');
    for (const version of ['1.0', '2.0', '3.0']) await user.publish([{ name: 'hello', version }]);
    await remove(user, 'hello=2.0');
    await user.configure('channels: [stable], keep: 1');
    const repository = await user.open();
    const { config } = await user.workspace();
    const [wanted] = config.repositories.value;
    if (wanted === undefined) throw new Error('not configured');
    await applySettings(repository, { wanted, config, dryRun: false, breakClients: false }, user.options);
    await rollback(user, 'deb', { to: '3' });
    expect(await seen(user)).toEqual(['hello 1.0', 'hello 2.0', 'hello 3.0']);
    expect((await openTail(await user.open())).content.catalog.settings.keep).toBe(1);
    await user.publish([{ name: 'hello', version: '4.0' }]);
    expect(await seen(user)).toEqual(['hello 4.0']);
  });
});

describe('a rollback is refused', () => {
  test.each<[what: string, place: string, to: string | undefined, error: object]>([
    [
      'to a revision that was never made',
      'deb',
      '9',
      { code: 'REVISION_NOT_FOUND', message: 'deb has no revision 9' },
    ],
    ['to nothing at all', 'deb', '0', { code: 'REVISION_NOT_FOUND' }],
    [
      'to a name that nobody pinned',
      'deb',
      'lts',
      { code: 'REVISION_NOT_FOUND', message: "deb has no revision that is pinned as 'lts'" },
    ],
    ['of a channel that is not there', 'deb/noble', '1', { code: 'PLACE_NOT_FOUND' }],
    [
      'of a place that always held the same',
      'deb/stable/extra',
      undefined,
      {
        code: 'REVISION_NOT_FOUND',
        message: 'deb/stable/extra held the same in every earlier revision that is left',
      },
    ],
  ])('%s', async (_what, place, to, error) => {
    await using user = await fourRevisions();
    const before = await keysOf(user.store);
    await expect(rollback(user, place, to === undefined ? {} : { to })).rejects.toMatchObject(error);
    expect(await keysOf(user.store)).toEqual(before);
  });

  test.each([true, false])(
    'when a file that would come back is gone, which it names (dry run: %s)',
    async (dryRun) => {
      await using user = await fourRevisions();
      await user.store.delete('deb/pool/main/h/hello/hello_1.0_amd64.deb');
      const before = await keysOf(user.store);
      await expect(rollback(user, 'deb/stable', { to: '1', dryRun })).rejects.toMatchObject({
        code: 'PACKAGE_NOT_FOUND',
        message: 'hello 1.0 amd64 cannot come back: its file pool/main/h/hello/hello_1.0_amd64.deb is gone',
      });
      expect(await keysOf(user.store)).toEqual(before);
    },
  );
});
