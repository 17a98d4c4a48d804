/** Removing and promoting: what is in the index changes, files stay. */
import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../../tests/support/apt-reader.ts';
import { createTestRepository, keysOf, type TestUser } from '../../../tests/support/test-repository.ts';
import { readLog } from '../history/history.ts';
import { promotePackages } from '../promote-packages.ts';
import { parseWanted, removePackages } from '../remove-packages.ts';

const STABLE = { channel: 'stable', component: 'main' };
const TESTING = { channel: 'testing', component: 'main' };

/** In testing: hello 1.0 and 2.0 for amd64, 2.0 for arm64, tool 1.0. In stable: nothing. */
async function filled() {
  const user = await createTestRepository();
  await user.configure('channels: [testing, stable]');
  await user.publish([
    { name: 'hello', version: '1.0' },
    { name: 'hello', version: '2.0' },
    { name: 'hello', version: '2.0', architecture: 'arm64' },
    { name: 'tool' },
  ]);
  return user;
}

async function seen(user: TestUser, channel: string): Promise<readonly string[]> {
  return (await readAsClient(user.store, 'deb', channel))?.packages ?? [];
}

async function lastMessage(user: TestUser): Promise<string | undefined> {
  return (await readLog(await user.open(), { limit: 1 }))[0]?.message;
}

interface Options {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly from?: { readonly channel?: string; readonly component?: string };
}

async function remove(user: TestUser, names: readonly string[], options: Options = {}) {
  const { from = {}, all = false, dryRun = false } = options;
  return removePackages(
    await user.open(),
    { from, wanted: names.map(parseWanted), all, dryRun },
    user.options,
  );
}

async function promote(user: TestUser, names: readonly string[], { dryRun = false } = {}) {
  const input = { from: TESTING, to: STABLE, wanted: names.map(parseWanted), dryRun };
  return promotePackages(await user.open(), input, user.options);
}

describe('removing', () => {
  test.each<[what: string, names: string[], options: Options, left: string[], message: string]>([
    ['one version', ['hello=1.0'], {}, ['hello 2.0', 'tool 1.0'], 'remove hello 1.0'],
    ['a version in all its architectures', ['hello=2.0'], {}, ['hello 1.0', 'tool 1.0'], 'remove hello 2.0'],
    ['every version', ['hello'], { all: true }, ['tool 1.0'], 'remove 3 packages'],
    ['the only version by its name alone', ['tool'], {}, ['hello 1.0', 'hello 2.0'], 'remove tool 1.0'],
    ['several names', ['tool', 'hello=1.0'], {}, ['hello 2.0'], 'remove 2 packages'],
    [
      'the same package asked for twice, once',
      ['tool', 'tool=1.0'],
      {},
      ['hello 1.0', 'hello 2.0'],
      'remove tool 1.0',
    ],
    ['only from a place', ['tool'], { from: TESTING }, ['hello 1.0', 'hello 2.0'], 'remove tool 1.0'],
  ])('%s', async (_what, names, options, left, message) => {
    await using user = await filled();
    const files = await keysOf(user.store, 'deb/pool/');
    const { change } = await remove(user, names, options);
    expect(change?.rev).toBe(2);
    expect(await seen(user, 'testing')).toEqual(left);
    expect(await keysOf(user.store, 'deb/pool/')).toEqual(files);
    expect(await lastMessage(user)).toBe(message);
  });

  test.each<[what: string, names: string[], options: Options, error: object]>([
    [
      'a name that has several versions, without saying which',
      ['hello'],
      {},
      {
        code: 'CLI_USAGE',
        message: 'deb has several versions of hello: 2.0, 1.0',
        hint: 'Name one, hello=2.0, or say --all.',
      },
    ],
    [
      'a name that is not there',
      ['nope'],
      {},
      {
        code: 'PACKAGE_NOT_FOUND',
        message: 'deb has no package nope',
        hint: '`pakhus list deb` shows what is there.',
      },
    ],
    [
      'a version that is not there',
      ['tool=9'],
      {},
      { code: 'PACKAGE_NOT_FOUND', message: 'deb has no package tool 9' },
    ],
    [
      'a package of another channel',
      ['tool'],
      { from: STABLE },
      { code: 'PACKAGE_NOT_FOUND', message: 'deb/stable/main has no package tool' },
    ],
    [
      'a channel that is not there',
      ['tool'],
      { from: { channel: 'unstable' } },
      {
        code: 'PLACE_NOT_FOUND',
        message: "repository 'deb' has no channel 'unstable'; it has testing, stable",
      },
    ],
    ['one good and one bad name: nothing', ['tool', 'nope'], {}, { code: 'PACKAGE_NOT_FOUND' }],
  ])('%s is refused', async (_what, names, options, error) => {
    await using user = await filled();
    const before = await keysOf(user.store);
    await expect(remove(user, names, options)).rejects.toMatchObject(error);
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('on a dry run names what would go', async () => {
    await using user = await filled();
    const before = await keysOf(user.store);
    expect(await remove(user, ['hello'], { all: true, dryRun: true })).toEqual({
      removed: [
        { ...TESTING, name: 'hello', version: '2.0', architecture: 'amd64' },
        { ...TESTING, name: 'hello', version: '2.0', architecture: 'arm64' },
        { ...TESTING, name: 'hello', version: '1.0', architecture: 'amd64' },
      ],
      change: undefined,
    });
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('the last package leaves an empty index, and the same file can come again', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'only' }]);
    await remove(user, ['only']);
    expect(await seen(user, 'stable')).toEqual([]);
    await user.publish([{ name: 'only' }]);
    expect(await seen(user, 'stable')).toEqual(['only 1.0']);
  });
});

describe('promoting', () => {
  test.each<[what: string, names: string[], there: string[], message: string]>([
    ['the newest version, in all its architectures', ['hello'], ['hello 2.0'], 'promote hello 2.0'],
    ['a version', ['hello=1.0'], ['hello 1.0'], 'promote hello 1.0'],
    ['several names', ['hello', 'tool'], ['hello 2.0', 'tool 1.0'], 'promote 3 packages'],
  ])('%s', async (_what, names, there, message) => {
    await using user = await filled();
    const files = await keysOf(user.store, 'deb/pool/');
    await promote(user, names);
    expect(await seen(user, 'stable')).toEqual(there);
    expect(await keysOf(user.store, 'deb/pool/')).toEqual(files);
    expect(await lastMessage(user)).toBe(`${message} from testing/main to stable/main`);
  });

  test('what is there already makes no revision', async () => {
    await using user = await filled();
    await promote(user, ['tool']);
    const again = await promote(user, ['tool']);
    expect(again).toEqual({
      packages: [{ name: 'tool', version: '1.0', architecture: 'amd64', outcome: 'unchanged' }],
      change: undefined,
    });
    expect(await readLog(await user.open(), { limit: 10 })).toHaveLength(2);
  });

  test('the same version with other bytes is refused before anything is proposed, on a dry run as well', async () => {
    await using user = await filled();
    await user.publish([{ name: 'tool', content: 'another build' }], { to: 'deb/stable' });
    const before = await keysOf(user.store);
    for (const dryRun of [true, false])
      await expect(promote(user, ['tool'], { dryRun })).rejects.toMatchObject({ code: 'PACKAGE_CONFLICT' });
    expect(await keysOf(user.store)).toEqual(before);
  });

  test.each([
    ['a name that is not there', ['nope'], 'PACKAGE_NOT_FOUND', 'deb/testing/main has no package nope'],
    [
      'a version that is not there',
      ['tool=9'],
      'PACKAGE_NOT_FOUND',
      'deb/testing/main has no package tool 9',
    ],
  ])('%s is refused', async (_what, names, code, message) => {
    await using user = await filled();
    await expect(promote(user, names)).rejects.toMatchObject({ code, message });
  });

  test('into a place that is not there is refused', async () => {
    await using user = await filled();
    const input = {
      from: TESTING,
      to: { ...STABLE, component: 'extra' },
      wanted: [parseWanted('tool')],
      dryRun: true,
    };
    await expect(promotePackages(await user.open(), input, user.options)).rejects.toMatchObject({
      code: 'PLACE_NOT_FOUND',
      message: "the repository has no component 'extra'; it has main",
    });
  });

  test('what was promoted stays when it is removed where it came from', async () => {
    await using user = await filled();
    await promote(user, ['tool']);
    await remove(user, ['tool'], { from: TESTING });
    expect(await seen(user, 'testing')).not.toContain('tool 1.0');
    expect(await seen(user, 'stable')).toEqual(['tool 1.0']);
  });
});

test.each([
  ['hello', { name: 'hello', version: undefined }],
  ['hello=1.0', { name: 'hello', version: '1.0' }],
  ['hello=2:1.0=x', { name: 'hello', version: '2:1.0=x' }],
])('%s is read as %j', (text, wanted) => {
  expect(parseWanted(text)).toEqual(wanted);
});
