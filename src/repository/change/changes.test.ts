import { describe, expect, test } from 'vitest';
import {
  base,
  CONTRIB,
  HELLO,
  INSTALLER,
  lines,
  pkg,
  STABLE,
  TESTING,
} from '../../../tests/support/changes-kit.ts';
import type { RunKey } from '../../catalog/catalog.ts';
import { formatByName } from '../../formats/table.ts';
import { createChanges } from './changes.ts';

describe('adding: a name, version and architecture has the same bytes in all of a channel', () => {
  const there = base([STABLE, 'hello 1.0 as A']);
  test.each<[what: string, run: RunKey, spec: string, outcome: boolean | 'conflict']>([
    ['another package', STABLE, 'world 1.0 as B', true],
    ['another version', STABLE, 'hello 1.1 as B', true],
    ['the very same package', STABLE, 'hello 1.0 as A', false],
    ['other bytes', STABLE, 'hello 1.0 as B', 'conflict'],
    ['other bytes in another component', CONTRIB, 'hello 1.0 as B', 'conflict'],
    ['other bytes in another slot', INSTALLER, 'hello 1.0 as B', 'conflict'],
    ['the same bytes in another component', CONTRIB, 'hello 1.0 as A', true],
    ['other bytes in another channel', TESTING, 'hello 1.0 as B', true],
  ])('%s', async (_what, run, spec, outcome) => {
    const changes = createChanges(there);
    const added = changes.add(run, pkg(spec));
    if (outcome === 'conflict') {
      await expect(added).rejects.toMatchObject({
        code: 'PACKAGE_CONFLICT',
        message: `hello 1.0 amd64 is in stable/main already, with other bytes: SHA-256 ${'A'.repeat(64)} there, ${'B'.repeat(64)} here`,
      });
      expect(lines(changes)).toEqual([]);
    } else {
      expect(await added).toBe(outcome);
      expect(lines(changes)).toHaveLength(outcome ? 1 : 0);
    }
  });

  test('what was added a moment ago counts as well', async () => {
    const changes = createChanges(base());
    expect(await changes.add(STABLE, pkg('hello 1.0 as A'))).toBe(true);
    expect(await changes.add(STABLE, pkg('hello 1.0 as A'))).toBe(false);
    await expect(changes.add(CONTRIB, pkg('hello 1.0 as B'))).rejects.toMatchObject({
      code: 'PACKAGE_CONFLICT',
    });
  });

  test('what was removed a moment ago does not: that is how a version is replaced', async () => {
    const changes = createChanges(there);
    await changes.remove(STABLE, HELLO);
    expect(await changes.add(STABLE, pkg('hello 1.0 as B'))).toBe(true);
    expect(lines(changes)).toEqual(['+ stable/main/amd64 hello 1.0']);
  });
});

describe('removing', () => {
  test('finds the slot by itself', async () => {
    const changes = createChanges(base([STABLE, 'world 1.0'], [INSTALLER, 'hello 1.0']));
    expect(await changes.remove({ channel: 'stable', component: 'main' }, HELLO)).toBe(true);
    expect(lines(changes)).toEqual(['- stable/main/udeb-amd64 hello 1.0']);
  });

  test.each([
    ['another version', STABLE, { ...HELLO, version: '2.0' }],
    ['another architecture', STABLE, { ...HELLO, architecture: 'arm64' }],
    ['another component', CONTRIB, HELLO],
    ['another channel', TESTING, HELLO],
  ])('%s is not there', async (_what, place, identity) => {
    const changes = createChanges(base([STABLE, 'hello 1.0']));
    expect(await changes.remove(place, identity)).toBe(false);
    expect(lines(changes)).toEqual([]);
  });

  test('twice is once', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0']));
    expect(await changes.remove(STABLE, HELLO)).toBe(true);
    expect(await changes.remove(STABLE, HELLO)).toBe(false);
    expect(lines(changes)).toEqual(['- stable/main/amd64 hello 1.0']);
  });
});

test('looking up sees what was added and removed', async () => {
  const changes = createChanges(base([STABLE, 'hello 1.0']));
  expect(await changes.lookUp(STABLE, HELLO)).toMatchObject({ slot: 'amd64', record: { version: '1.0' } });
  await changes.remove(STABLE, HELLO);
  expect(await changes.lookUp(STABLE, HELLO)).toBeUndefined();
  await changes.add(INSTALLER, pkg('hello 1.0 as B'));
  expect(await changes.lookUp(STABLE, HELLO)).toMatchObject({ slot: 'udeb-amd64' });
});

test('a place is put into by adding, not by removing', async () => {
  const changes = createChanges(base([STABLE, 'hello 1.0']));
  await changes.remove(STABLE, HELLO);
  expect([changes.puts(STABLE), changes.puts(TESTING)]).toEqual([false, false]);
  await changes.add(TESTING, pkg('hello 1.0'));
  expect([changes.puts(STABLE), changes.puts(TESTING)]).toEqual([false, true]);
});

describe('an intent counts whole or not at all', () => {
  test('one that fails takes back all that it changed, and nothing else', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0 as A', 'old 1.0']));
    await changes.whole(() => changes.add(STABLE, pkg('first 1.0')));
    const failing = changes.whole(async () => {
      await changes.add(STABLE, pkg('second 1.0'));
      await changes.remove(STABLE, { ...HELLO, name: 'first' });
      await changes.remove(STABLE, { ...HELLO, name: 'old' });
      await changes.add(STABLE, pkg('hello 1.0 as B'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'PACKAGE_CONFLICT' });
    await changes.whole(() => changes.add(STABLE, pkg('third 1.0')));
    expect(lines(changes)).toEqual(['+ stable/main/amd64 first 1.0', '+ stable/main/amd64 third 1.0']);
  });

  test('a package that was changed twice goes back to what it was', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0 as A']));
    const failing = changes.whole(async () => {
      await changes.remove(STABLE, HELLO);
      await changes.add(STABLE, pkg('hello 1.0 as B'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(lines(changes)).toEqual([]);
    expect(await changes.add(STABLE, pkg('hello 1.0 as A'))).toBe(false);
  });
});

describe('keep: N', () => {
  const deb = formatByName('deb');
  const there = base([STABLE, 'hello 1.0', 'hello 1.9', 'hello 1.10', 'other 1', 'other 2', 'other 3']);
  const dropped = async (keep: number, ...added: readonly string[]): Promise<readonly string[]> => {
    const changes = createChanges(there);
    for (const spec of added) await changes.add(STABLE, pkg(spec));
    await changes.keepNewest(keep, deb);
    return lines(changes).filter((line) => line.startsWith('-'));
  };

  test.each<[what: string, keep: number, added: string[], gone: string[]]>([
    [
      'drops all but the newest, in the order of the client: 1.10 is newer than 1.9',
      2,
      ['hello 2.0'],
      ['1.0', '1.9'],
    ],
    ['leaves names alone that nothing was added to', 1, ['new 1.0'], []],
    ['has nothing to do while there are few', 5, ['hello 2.0'], []],
    ['never drops what was added, however old', 1, ['hello 0.5'], ['1.0', '1.9']],
    ['never drops any of several that were added', 1, ['hello 3.0', 'hello 3.1'], ['1.0', '1.9', '1.10']],
    ['knows that ~ sorts before the end', 3, ['hello 1.10~rc1'], ['1.0']],
  ])('%s', async (_what, keep, added, gone) => {
    const expected = gone.map((version) => `- stable/main/amd64 hello ${version}`).sort();
    expect(await dropped(keep, ...added)).toEqual(expected);
  });

  test('counts each run and each architecture by itself', async () => {
    const changes = createChanges(base([STABLE, 'hello 1.0'], [TESTING, 'hello 1.0']));
    await changes.add(STABLE, { ...pkg('hello 2.0'), architecture: 'arm64' });
    await changes.add(TESTING, pkg('hello 2.0'));
    await changes.keepNewest(1, deb);
    expect(lines(changes).filter((line) => line.startsWith('-'))).toEqual(['- testing/main/amd64 hello 1.0']);
  });

  test('a rejected intent drops nothing', async () => {
    const changes = createChanges(there);
    const failing = changes.whole(async () => {
      await changes.add(STABLE, pkg('hello 2.0'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow();
    await changes.keepNewest(1, deb);
    expect(lines(changes)).toEqual([]);
  });
});
