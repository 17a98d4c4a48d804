/** The commands that check and mend: verify, repair, doctor. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

const INRELEASE = 'deb/dists/stable/InRelease';
const HELLO = 'deb/pool/main/h/hello/hello_1.0_amd64.deb';
const RECORD = '.pakhus/deb/log/0000000001.json';

async function withHello(): Promise<CliSession> {
  const session = await createCliSession();
  await session.deb({ name: 'hello' });
  await session.run('publish', '.', '--init');
  return session;
}

async function flip({ store }: CliSession, path: string): Promise<void> {
  const bytes = await readFile(join(store, path));
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(join(store, path), bytes);
}

describe('verify', () => {
  test('counts what it read, and ends with 0 when all is well', async () => {
    await using session = await withHello();
    const { code, stdout } = await session.run('verify');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'deb revision 1: 1 record, 9 blobs, 1 package, 4 index files, 9 pointers, 4 pages, 2 signatures checked\nAll as the ledger says.\n',
    });
  });

  test('names each problem with what to do, and ends with 12', async () => {
    await using session = await withHello();
    await rm(join(session.store, INRELEASE));
    await flip(session, HELLO);
    const before = await folderState(session.store);
    const { code, stdout } = await session.run('verify');
    expect(code).toBe(12);
    expect(stdout.trimEnd().replaceAll(session.cwd, '/project')).toMatchInlineSnapshot(`
      "deb: pool/main/h/hello/hello_1.0_amd64.deb: is missing or has other bytes than hello 1.0 amd64
        Publish the same package file again; it is put back.
      deb: dists/stable/InRelease: is missing or not what the newest revision says
        Run \`pakhus repair\`.
      deb revision 1: 1 record, 9 blobs, 1 package, 4 index files, 9 pointers, 4 pages, 2 signatures checked
      2 problems."
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('--json', async () => {
    await using session = await withHello();
    await flip(session, HELLO);
    expect(await session.json('verify', 'deb')).toEqual({
      code: 12,
      error: undefined,
      answer: {
        live: false,
        repositories: [
          {
            repository: 'deb',
            rev: 1,
            checked: { records: 1, packages: 1, indexes: 4, pointers: 9, pages: 4, signatures: 2, blobs: 9 },
            findings: [
              {
                area: 'package',
                path: 'pool/main/h/hello/hello_1.0_amd64.deb',
                problem: 'is missing or has other bytes than hello 1.0 amd64',
                remedy: 'Publish the same package file again; it is put back.',
              },
            ],
          },
        ],
      },
    });
  });

  test('goes on to other repositories when one cannot be read', async () => {
    await using session = await withHello();
    await session.deb({ name: 'world' });
    await session.run('publish', 'world_1.0_amd64.deb', '--to', 'tools', '--init');
    await flip(session, RECORD);
    const { code, stdout } = await session.run('verify');
    expect(code).toBe(12);
    expect(stdout).toMatch(/^deb: newest revision: .*0000000001\.json/);
    expect(stdout).toContain(
      'deb: the newest revision cannot be read\n1 problem.\ntools revision 1: 1 record,',
    );
  });
});

describe('what a damaged ledger keeps from working says so with 12', () => {
  test.each(['list', 'status', 'log deb', 'repair', 'show deb hello', 'client deb'])('%s', async (line) => {
    await using session = await withHello();
    await flip(session, RECORD);
    expect(await session.json(...line.split(' '))).toMatchObject({
      code: 12,
      error: {
        code: expect.stringMatching(/^LEDGER_(CORRUPT|UNTRUSTED)$/),
        message: expect.stringContaining('0000000001.json'),
        hint: expect.stringMatching(/backup/),
      },
    });
  });
});

describe('repair', () => {
  test('mends pointers and indexes, dry at first', async () => {
    await using session = await withHello();
    await rm(join(session.store, 'deb/dists'), { recursive: true });
    const before = await folderState(session.store);
    const dry = await session.run('repair', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(
      / {2}written: dists\/stable\/InRelease\ndeb: the above would be done. Nothing was changed.\n$/,
    );
    expect(await folderState(session.store)).toEqual(before);

    const real = await session.run('repair');
    expect(real.code).toBe(0);
    expect(real.stdout).toMatch(/ {2}written: dists\/stable\/InRelease\ndeb: clients see revision 1.\n$/);
    expect((await session.run('verify')).code).toBe(0);
    expect((await session.run('repair')).stdout).toBe(
      'deb: clients see revision 1; there was nothing to mend.\n',
    );
  });

  test('needs no key', async () => {
    await using session = await withHello();
    await rm(join(session.home, '.config'), { recursive: true });
    await rm(join(session.store, INRELEASE));
    expect((await session.json('repair')).answer).toEqual({
      front: { written: [], deleted: [] },
      repositories: [
        { repository: 'deb', rev: 1, rendered: [], restored: [], written: ['dists/stable/InRelease'] },
      ],
      dryRun: false,
    });
    expect((await session.run('verify')).code).toBe(0);
  });

  test('`status` tells when it is wanted, and the next publish does it as well', async () => {
    await using session = await withHello();
    await rm(join(session.store, INRELEASE));
    expect((await session.run('status')).stdout).toContain(
      'clients do not see all of the newest revision (1 file); run `pakhus repair`',
    );
    await session.run('publish', '.');
    expect((await session.run('verify')).code).toBe(0);
  });
});

describe('doctor', () => {
  test('says of each thing how it is, and leaves no trace', async () => {
    await using session = await withHello();
    const before = await folderState(session.store);
    const { code, stdout } = await session.run('doctor');
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .replaceAll(session.cwd, '/project')
        .replaceAll(session.home, '~')
        .replace(/Node.js .*/, 'Node.js …')
        .replaceAll(/[0-9a-f]{40}/g, 'FINGERPRINT')
        .replaceAll(/[0-9a-f]{32}/g, 'KEY-ID'),
    ).toMatchInlineSnapshot(`
      "ok    machine: Node.js …
      ok    keys ~/.config/pakhus/keys: 2 keys, for you alone
      ok    store /project/public: can be written, and keeps two writers apart
      warn  url: no URL is configured, so client instructions show a path of this machine
            Set \`url:\` in pakhus.yaml to where clients reach the store.
      ok    deb: ledger: revision 1, signed by a listed committer
      ok    deb: published: clients see the newest revision
      ok    deb: ledger key: KEY-ID may commit
      ok    deb: signing key FINGERPRINT: ed25519, accepted by clients, secret key is here"
    `);
    expect(await folderState(session.store)).toEqual(before);
  });

  test('ends with 1 when something is bad', async () => {
    await using session = await withHello();
    await rm(join(session.store, INRELEASE));
    expect(await session.json('doctor')).toMatchObject({
      code: 1,
      answer: {
        node: process.versions.node,
        checks: expect.arrayContaining([
          expect.objectContaining({
            check: 'deb: published',
            verdict: 'bad',
            remedy: 'Run `pakhus repair`.',
          }),
        ]),
      },
    });
  });
});

test('a torn `published` names the file and what to do, and doing it helps', async () => {
  await using session = await withHello();
  await writeFile(join(session.store, '.pakhus/deb/published'), '{"rev');
  expect(await session.json('publish', '.')).toMatchObject({
    code: 12,
    error: { code: 'LEDGER_CORRUPT', hint: expect.stringContaining('Delete the file') },
  });
  await rm(join(session.store, '.pakhus/deb/published'));
  expect((await session.run('repair')).code).toBe(0);
  expect((await session.run('verify')).code).toBe(0);
  expect(await readdir(join(session.store, '.pakhus/deb'))).toContain('published');
});
