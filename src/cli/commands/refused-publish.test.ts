/** What cannot be published. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';
import { plainOutput, sessionWithHello } from '../../../tests/support/session-with-hello.ts';

describe('what cannot be published is told', () => {
  test.each<[what: string, args: string[], code: number, error: string, message: RegExp, hint: RegExp]>([
    [
      'a path that is not there',
      ['gone.deb'],
      1,
      'PUBLISH_NOTHING_FOUND',
      /^gone\.deb does not exist$/,
      /Check the path/,
    ],
    [
      'a folder without packages',
      ['empty'],
      1,
      'PUBLISH_NOTHING_FOUND',
      /^no package file lies in empty$/,
      /end in \.deb, \.udeb, \.ipk/,
    ],
    [
      'a channel that is not there',
      ['.', '--to', 'deb/stabel'],
      1,
      'PLACE_NOT_FOUND',
      /has no channel 'stabel'; it has stable$/,
      /Did you mean 'stable'\?/,
    ],
    [
      'a component that is not there',
      ['.', '--to', 'deb/stable/x'],
      1,
      'PLACE_NOT_FOUND',
      /has no component 'x'; it has main$/,
      /pakhus apply/,
    ],
    [
      'a repository that is not there',
      ['.', '--to', 'nope'],
      10,
      'REPOSITORY_NOT_FOUND',
      /^nope: there is no repository at .*nope yet$/,
      /--init/,
    ],
    [
      'no place',
      ['.', '--to', 'a/b/c/d'],
      2,
      'CLI_USAGE',
      /^'a\/b\/c\/d' is no place$/,
      /repository\/channel\/component/,
    ],
    ['nothing', [], 2, 'CLI_USAGE', /^missing required argument 'paths'$/, /publish --help/],
  ])('%s', async (_what, args, code, error, message, hint) => {
    await using session = await sessionWithHello();
    await mkdir(join(session.cwd, 'empty'));
    expect(await session.json('publish', ...args)).toMatchObject({
      code,
      answer: undefined,
      error: {
        code: error,
        exitCode: code,
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      },
    });
  });

  test('several repositories that take the format: which?', async () => {
    await using session = await createCliSession();
    await session.configure('repositories: { a: { format: deb }, b: { format: deb } }');
    await session.run('init');
    await session.deb({ name: 'hello' });
    expect(await session.json('publish', '.')).toMatchObject({
      code: 2,
      error: { message: 'several repositories take deb packages: a, b', hint: 'Say which: --to a' },
    });
    expect((await session.run('publish', '.', '--to', 'b')).code).toBe(0);
  });
});

describe('good files beside bad ones', () => {
  async function mixed(): Promise<CliSession> {
    const session = await sessionWithHello();
    await session.deb({ name: 'good' }, 'in');
    await writeFile(join(session.cwd, 'in/bad.deb'), 'no package');
    return session;
  }

  test('nothing is published, and the bad one is named', async () => {
    await using session = await mixed();
    const before = await folderState(session.store);
    const { code, stderr } = await session.run('publish', 'in');
    expect(code).toBe(1);
    expect(plainOutput(session, complaintsIn(stderr))).toMatchInlineSnapshot(`
      "Error: /project/in/bad.deb is no package of a known format; none of the 2 files was published (PACKAGE_UNKNOWN_FORMAT)
        Remove the file from what you publish, or fetch or build it again.
        Or publish the others with --keep-going."
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('--keep-going publishes the good ones and ends with 3', async () => {
    await using session = await mixed();
    const { code, stdout } = await session.run('publish', 'in', '--keep-going');
    expect(code).toBe(3);
    expect(plainOutput(session, stdout)).toMatchInlineSnapshot(`
      "  Package  Version  Architecture   Size
        good     1.0      amd64         ### B
      Published 1 package to deb/stable/main, revision 2.
      At       /project/public/deb
      Clients  pakhus client deb/stable
      1 file refused:
        /project/in/bad.deb is no package of a known format"
    `);
  });

  test('--keep-going ends with 1 where nothing is left', async () => {
    await using session = await mixed();
    const { code, stdout } = await session.run('publish', 'in/bad.deb', '--keep-going');
    expect(code).toBe(1);
    expect(plainOutput(session, stdout)).toMatchInlineSnapshot(`
      "1 file refused:
        /project/in/bad.deb is no package of a known format"
    `);
  });
});
