/** Undoing a release: rollback, pin, unpin. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';

let session: CliSession;

/** Revision 1: hello 1.0. Revision 2: hello 2.0 and fresh 1.0. */
beforeAll(async () => {
  session = await createCliSession();
  await session.deb({ name: 'hello' }, 'one');
  await session.deb({ name: 'hello', version: '2.0' }, 'two');
  await session.deb({ name: 'fresh' }, 'two');
  await session.run('publish', 'one', '--init', '--to', 'tools');
  await session.run('publish', 'two', '--to', 'tools');
});

afterAll(() => session[Symbol.asyncDispose]());

async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await session.run(...args);
  expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
  return stdout.trimEnd();
}

describe('pin', () => {
  test('keeps a revision under a name', async () => {
    expect(await text('pin', 'tools', '1', '--name', '2026.11', '--dry-run')).toBe(
      'Would pin revision 1 of tools as 2026.11. Nothing was changed.',
    );
    expect(await text('pin', 'tools', '1', '--name', '2026.11')).toBe(
      'Pinned revision 1 of tools as 2026.11.',
    );
    expect(await text('pin', 'tools', '2026.11', '--name', '2026.11')).toBe(
      'Pinned already: revision 1 of tools as 2026.11.',
    );
  });

  test('takes the newest revision where none is named', async () => {
    expect(await session.json('pin', 'tools')).toMatchObject({
      code: 0,
      answer: { repository: 'tools', pin: { rev: 3 }, dryRun: false, rev: 4 },
    });
  });

  test.each([
    [['pin', 'tools', '9'], 1, 'tools has no revision 9'],
    [['pin', 'tools', 'lts'], 1, "tools has no revision that is pinned as 'lts'"],
    [['pin', 'tools', '--name', '7'], 2, "'7' is no name for a pin: it would be read as a revision"],
    [['pin', 'tools', '2', '--name', '2026.11'], 1, "'2026.11' is revision 1 already"],
    [['unpin', 'tools', '2'], 1, 'revision 2 of tools is not pinned'],
  ])('%j is refused', async (args, code, message) => {
    expect(await session.json(...args)).toMatchObject({ code, error: { message } });
  });

  test('is undone by unpin, with the name or for the whole revision', async () => {
    await text('pin', 'tools', '2', '--name', 'lts');
    expect(await text('unpin', 'tools', 'lts', '--dry-run')).toBe(
      'Would unpin revision 2 of tools, which was lts. Nothing was changed.',
    );
    expect(await text('unpin', 'tools', 'lts')).toBe('Unpinned revision 2 of tools, which was lts.');
    expect(await text('unpin', 'tools', '3')).toBe('Unpinned revision 3 of tools.');
  });
});

describe('rollback', () => {
  test('shows what would happen, and how machines follow', async () => {
    expect(await text('rollback', 'tools/stable', '--dry-run')).toMatchInlineSnapshot(`
      "- fresh 1.0 amd64  stable/main
      - hello 2.0 amd64  stable/main
      Would roll tools/stable back to revision 1. Nothing was changed.

      To follow stable back on one machine, as root
        apt-get update
        apt-get install --only-upgrade --allow-downgrades hello=1.0

      On many machines, until something newer is published, as root
        printf '%s\\n' 'Package: hello' 'Pin: release o=pakhus,n=stable' 'Pin-Priority: 1001' > /etc/apt/preferences.d/tools-rollback.pref
        apt-get update
        apt-get install -y --only-upgrade --allow-downgrades hello
      To take that back
        rm -f /etc/apt/preferences.d/tools-rollback.pref
        apt-get update

      No version is left in stable, and machines keep the one that they have: fresh"
    `);
  });

  test('makes a place what it was in a revision, or under the name of a pin', async () => {
    expect((await text('rollback', 'tools/stable', '--to', '2026.11')).split('\n').slice(0, 3)).toEqual([
      '- fresh 1.0 amd64  stable/main',
      '- hello 2.0 amd64  stable/main',
      'Rolled tools/stable back to revision 1: revision 8.',
    ]);
    expect(await text('list', 'tools')).toMatch(/^hello {4}1\.0 .*\n1 package$/m);
    expect(await text('log', 'tools', '--limit', '1')).toMatch(
      / roll back stable to revision 1 \(2026\.11\)$/,
    );
    expect(await text('rollback', 'tools/stable', '--to', '1')).toBe(
      'tools/stable holds what it held in revision 1 already.',
    );
  });

  test('--json has all of it', async () => {
    expect(await session.json('rollback', 'tools', '--to', '2', '--dry-run')).toMatchObject({
      code: 0,
      answer: {
        place: 'tools',
        to: 2,
        dryRun: true,
        packages: [
          { kind: 'added', name: 'fresh', version: '1.0', architecture: 'amd64', channel: 'stable' },
          { kind: 'added', name: 'hello', version: '2.0', component: 'main' },
        ],
        downgrades: [],
      },
    });
  });

  test.each([
    [['tools/noble'], 1, 'PLACE_NOT_FOUND', "repository 'tools' has no channel 'noble'; it has stable"],
    [['nope'], 10, 'REPOSITORY_NOT_FOUND', expect.any(String)],
    [['tools', '--to', '99'], 1, 'REVISION_NOT_FOUND', 'tools has no revision 99'],
  ])('%j is refused', async (args, code, name, message) => {
    expect(await session.json('rollback', ...args)).toMatchObject({ code, error: { code: name, message } });
  });
});
