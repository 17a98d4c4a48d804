import { copyFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAsClient } from '../../tests/support/apt-reader.ts';
import { quickDeb } from '../../tests/support/quick-deb.ts';
import { createTempDir } from '../../tests/support/temp.ts';
import {
  createTestRepository,
  createTestUser,
  flipByte,
  keysOf,
  type TestUser,
} from '../../tests/support/test-repository.ts';
import { readLog } from './history/history.ts';
import { iteratePackages } from './list-packages.ts';
import { type PublishFilesResult, publishFiles } from './publish-files.ts';
import { openTail } from './read-repository.ts';
import { verifyRepository } from './verify/verify.ts';

const HELLO = 'pool/main/h/hello/hello_1.0_amd64.deb';

/** What happened to each package: `hello 1.0 added`. */
function outcomes({ published }: PublishFilesResult): readonly string[] {
  return published.flatMap(({ packages }) =>
    packages.map(({ name, version, outcome }) => `${name} ${version} ${outcome}`),
  );
}

/** What the newest revision lists: `stable/main hello 1.0 <path>`. */
async function listed(user: TestUser): Promise<readonly string[]> {
  const repository = await user.open();
  const lines: string[] = [];
  for await (const { channel, component, record } of iteratePackages(repository, await openTail(repository)))
    lines.push(`${channel}/${component} ${record.name} ${record.version} ${record.path}`);
  return lines;
}

async function revisions(user: TestUser): Promise<number> {
  return (await readLog(await user.open(), { limit: 100 })).length;
}

async function problems(user: TestUser): Promise<readonly string[]> {
  const { findings } = await verifyRepository(await user.open(), user.options);
  return findings.map(({ path, problem }) => `${path} ${problem}`);
}

describe('the same package again', () => {
  test('makes no revision', async () => {
    await using user = await createTestRepository();
    expect(outcomes(await user.publish([{ name: 'hello' }]))).toEqual(['hello 1.0 added']);
    const again = await user.publish([{ name: 'hello' }]);
    expect(outcomes(again)).toEqual(['hello 1.0 unchanged']);
    expect(again.published[0]?.rev).toBe(1);
    expect(await revisions(user)).toBe(1);
  });

  test('beside a new one: one revision that brings the new one', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const result = await user.publish([{ name: 'hello' }, { name: 'world' }]);
    expect(outcomes(result)).toEqual(['world 1.0 added', 'hello 1.0 unchanged']);
    expect(await revisions(user)).toBe(2);
  });

  test('twice in one call counts once', async () => {
    await using user = await createTestRepository();
    const result = await user.publish([{ name: 'hello' }, { name: 'hello' }]);
    expect(outcomes(result)).toEqual(['hello 1.0 added', 'hello 1.0 unchanged']);
    expect(result.published[0]?.packages.map(({ path }) => path)).toEqual([HELLO, HELLO]);
    expect(await listed(user)).toHaveLength(1);
  });

  test.each([
    ['lost', (user: TestUser) => user.store.delete(`deb/${HELLO}`)],
    ['cut short', (user: TestUser) => user.store.write(`deb/${HELLO}`, Buffer.from('x'))],
    ['changed in one bit', (user: TestUser) => flipByte(user.store, `deb/${HELLO}`)],
  ])('puts its file back that the store has %s', async (_how, damage) => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    await damage(user);
    expect(await problems(user)).toHaveLength(1);
    expect(outcomes(await user.publish([{ name: 'hello' }]))).toEqual(['hello 1.0 unchanged']);
    expect(await problems(user)).toEqual([]);
    expect(await revisions(user)).toBe(1);
  });
});

describe('the same version with other bytes', () => {
  const other = { name: 'hello', content: 'another build' };

  test('is refused in the same channel, and nothing of the call is published', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const before = await keysOf(user.store);
    await expect(user.publish([{ name: 'world' }, other])).rejects.toMatchObject({
      code: 'PACKAGE_CONFLICT',
      message: expect.stringMatching(/hello_1\.0_amd64\.deb: hello 1\.0 amd64 is in stable\/main already/),
    });
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('is left out and named with keepGoing', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const result = await user.publish([{ name: 'world' }, other], { keepGoing: true });
    expect(outcomes(result)).toEqual(['world 1.0 added']);
    expect(result.refused).toMatchObject([{ error: { code: 'PACKAGE_CONFLICT' } }]);
  });

  test('of two in one call, the first one counts', async () => {
    await using user = await createTestRepository();
    const result = await user.publish([{ name: 'hello' }, other], { keepGoing: true });
    expect(outcomes(result)).toEqual(['hello 1.0 added']);
    expect(result.refused).toHaveLength(1);
  });

  test('goes to another channel, at a path apart, and clients of both get theirs', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable, testing]');
    await user.publish([{ name: 'hello' }]);
    await user.publish([other], { to: 'deb/testing' });
    const [stable, testing] = await listed(user);
    expect(stable).toBe(`stable/main hello 1.0 ${HELLO}`);
    expect(testing).toMatch(
      /^testing\/main hello 1\.0 pool\/main\/h\/hello\/[0-9a-f]{12}\/hello_1\.0_amd64\.deb$/,
    );
    for (const channel of ['stable', 'testing'])
      expect((await readAsClient(user.store, 'deb', channel))?.packages).toEqual(['hello 1.0']);
    expect(outcomes(await user.publish([other], { to: 'deb/testing' }))).toEqual(['hello 1.0 unchanged']);
    expect(await problems(user)).toEqual([]);
  });

  test('twice in one call leaves the file of the other channel alone', async () => {
    await using user = await createTestRepository();
    await user.configure('channels: [stable, testing]');
    await user.publish([{ name: 'hello' }]);
    await user.publish([other, other], { to: 'deb/testing' });
    expect(await problems(user)).toEqual([]);
  });
});

describe('several versions', () => {
  test('stay side by side', async () => {
    await using user = await createTestRepository();
    for (const version of ['1.0', '1:0.5', '1.0~rc1']) await user.publish([{ name: 'hello', version }]);
    expect((await readAsClient(user.store, 'deb', 'stable'))?.packages).toEqual([
      'hello 1.0',
      'hello 1.0~rc1',
      'hello 1:0.5',
    ]);
  });

  test('keep: N lets the oldest go, says so, and leaves their files for older indexes', async () => {
    await using user = await createTestRepository();
    await user.configure('keep: 2');
    await user.publish([
      { name: 'hello', version: '9' },
      { name: 'hello', version: '10' },
    ]);
    const { published } = await user.publish([{ name: 'hello', version: '11' }]);
    expect(published[0]?.dropped).toEqual([{ name: 'hello', version: '9', architecture: 'amd64' }]);
    expect((await readAsClient(user.store, 'deb', 'stable'))?.packages).toEqual(['hello 10', 'hello 11']);
    expect(await keysOf(user.store, 'deb/pool/')).toHaveLength(3);
  });

  test('keep never drops what is being published', async () => {
    await using user = await createTestRepository();
    await user.configure('keep: 1');
    await user.publish([{ name: 'hello', version: '2' }]);
    await user.publish([{ name: 'hello', version: '1' }]);
    expect((await readAsClient(user.store, 'deb', 'stable'))?.packages).toEqual(['hello 1', 'hello 2']);
  });
});

describe('nothing is written', () => {
  test('on a dry run, which tells what would be', async () => {
    await using user = await createTestRepository();
    const first = await user.publish([{ name: 'hello' }], { dryRun: true });
    expect(outcomes(first)).toEqual(['hello 1.0 added']);
    expect(first.published[0]).toMatchObject({ created: true, rev: undefined });
    expect(await keysOf(user.store)).toEqual([]);

    await user.publish([{ name: 'hello' }]);
    const before = await keysOf(user.store);
    const second = await user.publish([{ name: 'hello' }, { name: 'world' }], { dryRun: true });
    expect(outcomes(second)).toEqual(['world 1.0 added', 'hello 1.0 unchanged']);
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('into a place that is not there', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const before = await keysOf(user.store);
    for (const to of ['deb/testing', 'deb/stable/extra'])
      await expect(user.publish([{ name: 'world' }], { to })).rejects.toMatchObject({
        code: 'PLACE_NOT_FOUND',
      });
    expect(await keysOf(user.store)).toEqual(before);
  });

  test('without a ledger key that may commit, not even a package file', async () => {
    await using user = await createTestRepository();
    await user.publish([{ name: 'hello' }]);
    const before = await keysOf(user.store);
    await using home = await createTempDir('stranger');
    const stranger = createTestUser({ ...user, folder: home.path });
    await expect(stranger.publish([{ name: 'world' }])).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
      hint: expect.stringContaining('PAKHUS_LEDGER_KEY_FILE'),
    });
    expect(await keysOf(user.store)).toEqual(before);
  });
});

test('a file that changes between reading and storing leaves nothing behind', async () => {
  await using user = await createTestRepository();
  await user.publish([{ name: 'hello' }]);
  const before = await keysOf(user.store);
  const folder = join(user.folder, 'changing');
  await mkdir(folder);
  const path = await quickDeb(folder, { name: 'world' });
  const other = await quickDeb(join(folder, 'other'), { name: 'world', content: 'replaced' });
  const workspace = await user.workspace();
  const input = {
    paths: [path],
    cwd: folder,
    to: undefined,
    keepGoing: false,
    dryRun: false,
    mayCreate: async () => true,
  };
  const failing = publishFiles(workspace, input, {
    report: (event) => {
      if (event.type === 'progress' && event.task === 'Storing packages') copyFileSync(other, path);
    },
  });
  await expect(failing).rejects.toMatchObject({
    code: 'PACKAGE_CHANGED',
    message: expect.stringContaining(path),
  });
  expect(await keysOf(user.store)).toEqual(before);
});
