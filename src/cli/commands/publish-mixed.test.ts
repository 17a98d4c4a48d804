/** A folder with packages of several formats. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createCliSession } from '../../../tests/support/cli-session.ts';
import { writeIpks } from '../../../tests/support/opkg-kit.ts';

const YOCTO = fileURLToPath(
  new URL('../../../tests/fixtures/opkg/ar-form/yoctish_1.0-r0_cortexa53.ipk', import.meta.url),
);

test('each goes into the repository of its format', async () => {
  await using session = await createCliSession();
  await session.deb({ name: 'hello' }, 'dist');
  await writeIpks(join(session.cwd, 'dist'), [{ name: 'hello' }]);
  const { answer, code } = await session.json('publish', 'dist', '--init');
  expect(code).toBe(0);
  expect(answer).toMatchObject({
    published: [
      { repository: 'opkg', created: true, packages: [{ name: 'hello', outcome: 'added' }] },
      { repository: 'deb', created: true, packages: [{ name: 'hello', outcome: 'added' }] },
    ],
  });
  expect((await session.json('publish', 'dist')).answer).toMatchObject({
    published: [{ packages: [{ outcome: 'unchanged' }] }, { packages: [{ outcome: 'unchanged' }] }],
  });
  const { stdout } = await session.run('list', 'opkg');
  expect(stdout).toContain('hello');
});

test('what is for another repository is refused by name', async () => {
  await using session = await createCliSession();
  await session.deb({ name: 'hello' }, 'dist');
  expect((await session.run('publish', 'dist', '--init')).code).toBe(0);
  await writeIpks(join(session.cwd, 'ipk'), [{ name: 'hello' }]);
  const { code, error } = await session.json('publish', 'ipk', '--to', 'deb/stable');
  expect(code).not.toBe(0);
  expect(error).toMatchObject({ message: expect.stringMatching(/opkg/) });
});

test('the old form of .ipk is published with a warning, or repacked', async () => {
  await using session = await createCliSession();
  await copyFile(YOCTO, join(session.cwd, 'yoctish.ipk'));
  const first = await session.run('publish', 'yoctish.ipk', '--init', '--store', './as-it-is');
  expect(first.code).toBe(0);
  expect(first.stderr).toContain('--repack');
  const path = 'opkg/stable/packages/cortexa53/main/yoctish_1.0-r0_cortexa53.ipk';
  const head = async (store: string): Promise<string> =>
    (await readFile(join(session.cwd, store, path))).toString('latin1', 0, 7);
  expect(await head('as-it-is')).toBe('!<arch>');
  const args = ['publish', 'yoctish.ipk', '--repack', '--init', '--store', './repacked'];
  const second = await session.run(...args);
  expect(second).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Warning') });
  expect(await head('repacked')).not.toBe('!<arch>');
  expect((await session.run(...args)).stdout).toContain('there already');
});
