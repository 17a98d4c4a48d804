/** The gate as those meet it who publish, remove, promote and roll back. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTeam } from '../../../tests/support/proposal-kit.ts';
import type { QuickDeb } from '../../../tests/support/quick-deb.ts';
import { createTestRepository, type TestUser } from '../../../tests/support/test-repository.ts';
import { readLog } from '../history/history.ts';
import { rollbackPlace } from '../history/rollback.ts';
import { iteratePackages } from '../list-packages.ts';
import { promotePackages } from '../promote-packages.ts';
import { openTail } from '../read-repository.ts';
import { parseWanted, removePackages } from '../remove-packages.ts';

const LIB: QuickDeb = { name: 'lib' };
const LIB2: QuickDeb = { name: 'lib', version: '2.0' };
const APP: QuickDeb = { name: 'app', fields: { Depends: 'lib (= 1.0), libc6 (>= 2.36)' } };
const APP2: QuickDeb = { name: 'app', version: '2.0', fields: { Depends: 'lib (= 2.0)' } };
const APP_WITHOUT_LIB =
  '1 package of stable could not be installed any more\napp 1.0 amd64 depends on lib (= 1.0), which stable would not have';

interface Choice {
  readonly allowUninstallable?: boolean;
  readonly dryRun?: boolean;
}

async function remove(user: TestUser, names: readonly string[], choice: Choice = {}): Promise<void> {
  const input = { from: { channel: 'stable' }, wanted: names.map(parseWanted), all: false };
  await removePackages(await user.open(), { dryRun: false, ...input, ...choice }, user.options);
}

/** `stable app 1.0`, sorted. */
async function listed(user: TestUser): Promise<readonly string[]> {
  const repository = await user.open();
  const lines: string[] = [];
  for await (const { channel, record } of iteratePackages(repository, await openTail(repository)))
    lines.push(`${channel} ${record.name} ${record.version}`);
  return lines.sort();
}

const BOTH = ['stable app 1.0', 'stable lib 1.0'];

describe('refused, and nothing is changed:', () => {
  test('removing what others need', async () => {
    await using user = await createTestRepository();
    await user.publish([LIB, APP]);
    for (const choice of [{ dryRun: true }, {}]) {
      await expect(remove(user, ['lib'], choice)).rejects.toMatchObject({
        code: 'PACKAGE_UNINSTALLABLE',
        message: APP_WITHOUT_LIB,
        hint: expect.stringContaining('--allow-uninstallable'),
        details: { isMore: false, packages: [{ channel: 'stable', name: 'app', version: '1.0' }] },
      });
    }
    expect(await listed(user)).toEqual(BOTH);
    expect(await readLog(await user.open(), { limit: 9 })).toHaveLength(1);
  });

  test('a version that does not fit those who need it', async () => {
    await using user = await createTestRepository();
    await user.publish([LIB, APP]);
    for (const dryRun of [true, false]) {
      await expect(user.publish([LIB2], { dryRun })).rejects.toMatchObject({
        code: 'PACKAGE_UNINSTALLABLE',
        message: expect.stringContaining('of which stable would have only lib 2.0'),
      });
    }
    expect(await listed(user)).toEqual(BOTH);
  });

  test('a promotion', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable, testing]');
    await user.publish([LIB, APP]);
    await user.publish([LIB2], { to: 'deb/testing' });
    const [from, to] = ['testing', 'stable'].map((channel) => ({ channel, component: 'main' }));
    if (from === undefined || to === undefined) throw new Error('two places');
    const input = { from, to, wanted: [parseWanted('lib')], dryRun: false };
    await expect(promotePackages(await user.open(), input, user.options)).rejects.toMatchObject({
      code: 'PACKAGE_UNINSTALLABLE',
    });
  });

  test('a rollback', async () => {
    await using user = await createTestRepository();
    await user.configure('components: [main, extra]');
    await user.publish([LIB]);
    await user.publish([LIB2]);
    await user.publish([{ name: 'tool', fields: { Depends: 'lib (>= 2)' } }], { to: 'deb/stable/extra' });
    const input = { place: { channel: 'stable', component: 'main' }, to: '1', dryRun: false };
    await expect(rollbackPlace(await user.open(), input, user.options)).rejects.toMatchObject({
      code: 'PACKAGE_UNINSTALLABLE',
      message: expect.stringContaining(
        'tool 1.0 amd64 depends on lib (>= 2), of which stable would have only lib 1.0',
      ),
    });
    await rollbackPlace(await user.open(), { ...input, allowUninstallable: true }, user.options);
    expect(await listed(user)).toEqual(['stable lib 1.0', 'stable tool 1.0']);
  });
});

describe('accepted:', () => {
  test.each<[title: string, there: QuickDeb[], published: QuickDeb[]]>([
    ['what belongs together, in one go', [LIB, APP], [LIB2, APP2]],
    ['what is new, whatever it needs', [LIB], [{ name: 'new', fields: { Depends: 'lib (>= 9)' } }]],
    ['an older version', [LIB2, APP2], [LIB]],
    ['a package that could not be installed before either', [LIB2, APP], [{ ...LIB, version: '3.0' }]],
    ['a need that was always met elsewhere', [APP], [{ ...APP, version: '1.1' }]],
  ])('%s', async (_title, there, published) => {
    await using user = await createTestRepository();
    await user.publish(there);
    await user.publish(published);
    expect(user.events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(await listed(user)).toHaveLength(there.length + published.length);
  });

  test('removing a package with those that need it', async () => {
    await using user = await createTestRepository();
    await user.publish([LIB, APP, { name: 'other' }]);
    await remove(user, ['lib', 'app']);
    expect(await listed(user)).toEqual(['stable other 1.0']);
  });

  test('with --allow-uninstallable, and a warning that names what breaks', async () => {
    await using user = await createTestRepository();
    await user.publish([LIB, APP]);
    await remove(user, ['lib'], { allowUninstallable: true });
    expect(user.events).toContainEqual({
      type: 'warning',
      code: 'package-uninstallable',
      message: APP_WITHOUT_LIB,
    });
    expect(await listed(user)).toEqual(['stable app 1.0']);
  });
});

describe('machines of several architectures', () => {
  test('a package for all needs what it needs on each of them', async () => {
    await using user = await createTestRepository();
    const doc = { name: 'doc', architecture: 'all', fields: { Depends: 'lib' } };
    await user.publish([
      doc,
      LIB,
      { ...LIB, architecture: 'arm64' },
      { name: 'lib', architecture: 'riscv64' },
    ]);
    const [tail] = await readLog(await user.open(), { limit: 1 });
    expect(tail?.rev).toBe(1);
    await expect(remove(user, ['lib'])).rejects.toMatchObject({
      message: expect.stringMatching(/^1 package .*\ndoc 1\.0 all depends on lib, which/),
    });
  });

  test('each kind of machine counts by itself', async () => {
    await using user = await createTestRepository();
    const doc = { name: 'doc', architecture: 'all', fields: { Depends: 'lib (>= 2)' } };
    await user.publish([doc, { ...LIB2, architecture: 'arm64' }, LIB]);
    // On amd64 nobody could install doc before.
    await user.publish([{ name: 'lib', version: '1.5' }]);
    await expect(remove(user, ['lib=2.0'])).rejects.toMatchObject({
      details: { packages: [{ name: 'doc' }] },
    });
  });
});

describe('changes of several people at once', () => {
  test('each is judged on top of those accepted before', async () => {
    await using team = await createTeam();
    const to = { to: 'deb/testing' };
    await team.ann.publish([LIB, { name: 'app' }], to);
    // Each of the first two is fine alone. Whoever has the lower id comes first.
    const packages = [{ ...APP, version: '1.1' }, LIB2, { name: 'other' }];
    const refs: string[] = [];
    for (const one of packages) refs.push(await team.ci.propose([one], to));
    await team.ann.commit();
    const outcomes = await Promise.all(refs.map((ref) => team.outcome(ref)));
    const rejected = outcomes.flatMap((outcome) => outcome?.rejected ?? []);
    expect(rejected).toEqual([
      expect.stringContaining(
        'app 1.1 amd64 depends on lib (= 1.0), of which testing would have only lib 2.0',
      ),
    ]);
    expect(outcomes[2]).toEqual({ ref: refs[2], rev: 3 });
    expect(await team.seen('testing')).toHaveLength(4);
  });

  test('only a committer may break packages', async () => {
    await using team = await createTeam();
    const to = { to: 'deb/testing', allowUninstallable: true };
    await team.ann.publish([LIB, APP], to);
    await expect(team.ci.propose([LIB2], to)).rejects.toMatchObject({
      code: 'INTENT_REJECTED',
      message: expect.stringContaining("may not ask for 'allowUninstallable'"),
    });
    await team.ann.publish([LIB2], to);
    expect(await team.seen('testing')).toEqual(['app 1.0', 'lib 1.0', 'lib 2.0']);
  });
});

describe('base indexes', () => {
  const BASE =
    'Package: libc6\nVersion: 2.36\nArchitecture: amd64\n\nPackage: lib\nVersion: 0.5\nArchitecture: amd64\n\n';

  test('say what clients have besides: whatever nobody has is missing then', async () => {
    await using user = await createTestRepository();
    await writeFile(join(user.folder, 'base-amd64'), BASE);
    await user.configure('base: ["base-{arch}"]');
    await user.publish([LIB, APP, { name: 'tool', fields: { Depends: 'libc6 (>= 2.36), lib' } }]);
    await expect(remove(user, ['lib'])).rejects.toMatchObject({
      message:
        '1 package of stable could not be installed any more\napp 1.0 amd64 depends on lib (= 1.0), of which stable would have only lib 0.5',
    });
    const needy = { ...APP, version: '1.1', fields: { Depends: 'lib (= 1.0), libc6 (>= 2.40)' } };
    await expect(user.publish([needy])).rejects.toMatchObject({
      message: expect.stringContaining(
        'app 1.1 amd64 depends on libc6 (>= 2.40), of which stable would have only libc6 2.36',
      ),
    });
  });

  test('that cannot be read end the command before anything is written', async () => {
    await using user = await createTestRepository();
    await user.publish([LIB, APP]);
    await user.configure('base: [gone]');
    await expect(user.publish([{ name: 'new' }])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/gone cannot be used as a base index: there is no such file$/),
    });
    expect(await listed(user)).toEqual(BOTH);
  });
});
