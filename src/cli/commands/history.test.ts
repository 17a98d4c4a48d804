/** Looking back: log, diff, show and list at earlier revisions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn } from '../../../tests/support/cli-session.ts';
import { createLookSession } from '../../../tests/support/look-session.ts';

let session: CliSession;

/**
 * tools. 1: made. 2: hello 1.0 in testing. 3: hello 2.0 in testing. 4: hello 1.0 in stable. 5: revision 3 pinned. 6: settings.
 * 7: testing is back at revision 2.
 */
beforeAll(async () => {
  session = await createLookSession();
  await session.run('pin', 'tools', '3', '--name', '2026.11');
  await session.configure(
    'repositories:',
    '  tools: { format: deb, channels: [testing, stable], components: [main, extra], keep: 3, origin: Example }',
  );
  await session.run('apply');
  await session.run('rollback', 'tools/testing', '--to', '2');
});

afterAll(() => session[Symbol.asyncDispose]());

async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await session.run(...args);
  expect({ code, complaints: complaintsIn(stderr) }).toEqual({ code: 0, complaints: '' });
  return stdout
    .replaceAll(/[0-9a-f]{32}/g, 'KEY')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'DATE-AND-TIME-IN-UTC')
    .replaceAll(/\b01[0-9a-z]{24}\b/g, 'ULID')
    .trimEnd();
}

async function revisions(...args: readonly string[]): Promise<readonly number[]> {
  const { answer } = await session.json('log', ...args);
  return JSON.parse(JSON.stringify(answer)).revisions.map(({ rev }: { readonly rev: number }) => rev);
}

describe('log', () => {
  test('shows pins beside their revisions', async () => {
    expect(await text('log', 'tools', '--limit', '5')).toMatchInlineSnapshot(`
      "Revision   Date                  By        What
      7          DATE-AND-TIME-IN-UTC  ann@desk  roll back testing to revision 2
      6          DATE-AND-TIME-IN-UTC  ann@desk  apply keep, origin
      5          DATE-AND-TIME-IN-UTC  ann@desk  pin revision 3 as 2026.11
      4          DATE-AND-TIME-IN-UTC  ann@desk  promote hello 1.0 from testing/main to stable/main
      3 2026.11  DATE-AND-TIME-IN-UTC  ann@desk  publish hello 2.0 to testing/main"
    `);
  });

  test.each<[place: string, revs: number[]]>([
    ['tools', [7, 6, 5, 4, 3, 2, 1]],
    ['tools/testing', [7, 3, 2]],
    ['tools/stable', [4]],
    ['tools/stable/extra', []],
  ])('of %s has the revisions that changed packages there', async (place, revs) => {
    expect(await revisions(place)).toEqual(revs);
  });

  test('goes back as far as is asked', async () => {
    expect(await revisions('tools', '--limit', '2')).toEqual([7, 6]);
    expect(await revisions('tools', '--since', '1d')).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(await revisions('tools', '--since', '1d', '--limit', '1')).toEqual([7]);
    expect(await text('log', 'tools', '--since', '2100-01-01')).toBe('No revisions.');
  });

  test('--json counts the packages of the place', async () => {
    expect(await session.json('log', 'tools/testing')).toMatchObject({
      answer: {
        revisions: [
          { rev: 7, packages: 1, packagesChange: -1, pins: [] },
          { rev: 3, packages: 2, packagesChange: 1, pins: ['2026.11'] },
          { rev: 2, packages: 1, packagesChange: 1 },
        ],
      },
    });
  });
});

describe('diff', () => {
  test('takes names of pins, and shows settings and pins as well', async () => {
    expect(await text('diff', 'tools', '2026.11')).toMatchInlineSnapshot(`
      "  keep: null -> 3
        origin: null -> "Example"
        pins: null -> ["3 (2026.11)"]
      + hello 1.0 amd64  stable/main
      - hello 2.0 amd64  testing/main"
    `);
    expect(await text('diff', 'tools', '6', '2026.11')).toMatchInlineSnapshot(`
      "  keep: 3 -> null
        origin: "Example" -> null
        pins: ["3 (2026.11)"] -> null
      - hello 1.0 amd64  stable/main"
    `);
  });

  test('of a place has nothing else', async () => {
    expect(await text('diff', 'tools/testing', '2026.11')).toBe('- hello 2.0 amd64  testing/main');
    expect(await text('diff', 'tools/stable/extra', '0')).toBe(
      'No package differs between revision 0 and 7.',
    );
  });

  test('--json', async () => {
    expect(await session.json('diff', 'tools', '5', '6')).toMatchObject({
      answer: {
        from: 5,
        to: 6,
        packages: [],
        settings: [
          { setting: 'keep', before: null, after: 3 },
          { setting: 'origin', before: null, after: 'Example' },
        ],
      },
    });
  });
});

describe('show', () => {
  test('tells of a revision who made it, and what it changed', async () => {
    expect(await text('show', 'tools')).toMatchInlineSnapshot(`
      "revision 7 of tools
        roll back testing to revision 2
        by ann@desk, DATE-AND-TIME-IN-UTC
        signed by the ledger key KEY of ann@desk
        done: ann@desk/ULID

      - hello 2.0 amd64  testing/main"
    `);
    expect(await text('show', 'tools@2026.11')).toMatchInlineSnapshot(`
      "revision 3 of tools
        publish hello 2.0 to testing/main
        by ann@desk, DATE-AND-TIME-IN-UTC
        signed by the ledger key KEY of ann@desk
        pinned 2026.11
        done: ann@desk/ULID

      + hello 2.0 amd64  testing/main"
    `);
    expect(await text('show', 'tools@6')).toMatchInlineSnapshot(`
      "revision 6 of tools
        apply keep, origin
        by ann@desk, DATE-AND-TIME-IN-UTC
        signed by the ledger key KEY of ann@desk
        done: ann@desk/ULID

        keep: null -> 3
        origin: null -> "Example""
    `);
  });

  test('tells of a package what it was then, and who brought it', async () => {
    const shown = await text('show', 'tools@2026.11/testing', 'hello');
    expect(shown).toMatch(/^hello 2\.0 amd64 in tools\/testing\/main$/m);
    expect(await session.json('show', 'tools/testing', 'hello=2.0')).toMatchObject({
      code: 1,
      error: { code: 'PACKAGE_NOT_FOUND' },
    });
    expect(await session.json('show', 'tools', 'hello')).toMatchObject({
      answer: {
        packages: [
          { channel: 'stable', version: '1.0', came: { rev: 2 } },
          { channel: 'testing', version: '1.0', came: { rev: 2 } },
        ],
      },
    });
  });

  test('--json of a revision', async () => {
    expect(await session.json('show', 'tools@7')).toMatchObject({
      answer: {
        repository: 'tools',
        revision: {
          rev: 7,
          author: 'ann@desk',
          keyName: 'ann@desk',
          proposals: [expect.stringMatching(/^ann@desk\/[0-9a-z]{26}$/)],
          rejected: [],
          difference: { packages: [{ kind: 'removed', name: 'hello', version: '2.0' }], settings: [] },
        },
      },
    });
  });
});

test('list looks at an earlier revision', async () => {
  expect(await text('list', 'tools@2026.11/testing')).toMatch(/\n2 packages$/);
  expect(await text('list', 'tools@1')).toBe('No packages.');
});

test('status lists the pins', async () => {
  expect(await text('status', 'tools')).toContain('\n  pinned: 3 (2026.11)\n');
});
