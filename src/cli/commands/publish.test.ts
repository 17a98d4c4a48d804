import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AUTHOR, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';
import { plainOutput, sessionWithHello } from '../../../tests/support/session-with-hello.ts';

describe('publishing', () => {
  test('answers --json with all that happened', async () => {
    await using session = await sessionWithHello();
    await session.deb({ name: 'world' });
    const { code, answer } = await session.json('publish', '.');
    expect(code).toBe(0);
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    const common = { version: '1.0', architecture: 'amd64', sizeBytes: expect.any(Number), sha256 };
    expect(answer).toEqual({
      dryRun: false,
      keys: null,
      published: [
        {
          repository: 'deb',
          tree: join(session.store, 'deb'),
          created: false,
          plain: false,
          place: { channel: 'stable', component: 'main' },
          rev: 2,
          waitedMs: expect.any(Number),
          packages: [
            {
              source: join(session.cwd, 'world_1.0_amd64.deb'),
              name: 'world',
              path: 'pool/main/w/world/world_1.0_amd64.deb',
              outcome: 'added',
              ...common,
            },
            {
              source: join(session.cwd, 'hello_1.0_amd64.deb'),
              name: 'hello',
              path: 'pool/main/h/hello/hello_1.0_amd64.deb',
              outcome: 'unchanged',
              ...common,
            },
          ],
          refused: [],
          dropped: [],
        },
      ],
      refused: [],
    });
  });

  test('the same file again is no new revision, and says so', async () => {
    await using session = await sessionWithHello();
    const before = await folderState(session.store);
    const { code, stdout, stderr } = await session.run('publish', '.');
    expect({ code, stdout, complaints: complaintsIn(stderr) }).toEqual({
      code: 0,
      stdout: 'Nothing new: 1 package was there already in deb/stable/main.\n',
      complaints: '',
    });
    expect(await folderState(session.store)).toEqual(before);
  });

  test('other bytes under the same name and version are refused', async () => {
    await using session = await sessionWithHello();
    await session.deb({ name: 'hello', content: 'another build' });
    await session.deb({ name: 'world' });
    const before = await folderState(session.store);
    const { code, stdout, stderr } = await session.run('publish', '.');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(
      plainOutput(session, complaintsIn(stderr)).replaceAll(/[0-9a-f]{64}/g, 'SHA'),
    ).toMatchInlineSnapshot(`
      "Error: /project/hello_1.0_amd64.deb: hello 1.0 amd64 is in stable/main already, with other bytes: SHA-256 SHA there, SHA here (PACKAGE_CONFLICT)
        Give the new build a higher version, publish it to another channel, or remove the old one first."
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('other bytes into another channel are taken, at a path apart', async () => {
    await using session = await createCliSession();
    await session.configure('repositories: { deb: { format: deb, channels: [stable, testing] } }');
    await session.run('init');
    await session.deb({ name: 'hello' });
    await session.run('publish', '.', '--to', 'deb/stable');
    await session.deb({ name: 'hello', content: 'another build' });
    expect((await session.run('publish', '.', '--to', 'deb/testing')).code).toBe(0);
    const pool = join(session.store, 'deb/pool/main/h/hello');
    expect((await readdir(pool, { recursive: true })).toSorted()).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}$/),
      expect.stringMatching(/^[0-9a-f]{12}\/hello_1\.0_amd64\.deb$/),
      'hello_1.0_amd64.deb',
    ]);
    expect((await session.run('verify')).code).toBe(0);
  });

  test('keep drops the oldest versions from the index, and names them', async () => {
    await using session = await createCliSession();
    await session.configure('repositories: { deb: { format: deb, keep: 2 } }');
    await session.run('init');
    for (const version of ['9', '10', '11']) await session.deb({ name: 'hello', version });
    await session.run('publish', 'hello_9_amd64.deb', 'hello_10_amd64.deb');
    const { stdout } = await session.run('publish', 'hello_11_amd64.deb');
    expect(plainOutput(session, stdout)).toContain('hello 9 amd64 drops out of the index: newer ones stay');
    const { answer } = await session.json('list');
    expect(answer).toMatchObject({ packages: [{ version: '10' }, { version: '11' }] });
  });

  test('--dry-run changes nothing', async () => {
    await using session = await sessionWithHello();
    await session.deb({ name: 'world' });
    const before = await folderState(session.store);
    const { code, stdout } = await session.run('publish', '.', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('Would publish 1 package to deb/stable/main. Nothing was changed.');
    expect(await folderState(session.store)).toEqual(before);
  });

  test('into a folder leaves the packages out that lie in the store', async () => {
    await using session = await sessionWithHello();
    await session.run('remove', 'deb', 'hello');
    await session.deb({ name: 'world' });
    await rename(join(session.cwd, 'hello_1.0_amd64.deb'), join(session.home, 'hello.deb'));
    await session.run('publish', '.');
    expect((await session.json('list')).answer).toMatchObject({ packages: [{ name: 'world' }] });
  });

  test('writes who did it', async () => {
    await using session = await sessionWithHello();
    expect((await session.json('log', 'deb')).answer).toMatchObject({ revisions: [{ author: AUTHOR }] });
  });
});

describe('paths on standard input', () => {
  test('are read with -, one a line', async () => {
    await using session = await createCliSession();
    const [a, b] = [await session.deb({ name: 'a' }), await session.deb({ name: 'b' }, 'sub')];
    const result = await session.runWith({ input: `${a}\n\n${b}\r\n` }, 'publish', '-', '--init');
    expect(result.code).toBe(0);
    expect((await session.json('list')).answer).toMatchObject({ packages: [{ name: 'a' }, { name: 'b' }] });
  });

  test('of which there is none are no success', async () => {
    await using session = await sessionWithHello();
    const { code, stderr } = await session.runWith({ input: '' }, 'publish', '-');
    expect({ code, error: complaintsIn(stderr).split('\n')[0] }).toEqual({
      code: 1,
      error: 'Error: no package file lies in the list of paths (PUBLISH_NOTHING_FOUND)',
    });
  });
});
