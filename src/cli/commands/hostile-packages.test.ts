/** Every hostile package of the fixtures through the command line: refused by name, nothing published; or corrected with a warning. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type CliSession, createCliSession } from '../../../tests/support/cli-session.ts';
import { folderState } from '../../../tests/support/folder-state.ts';

const HOSTILE = fileURLToPath(new URL('../../../tests/fixtures/hostile', import.meta.url));

/** The manifest: file, what is wrong, what is expected. */
const MANIFEST = (await readFile(join(HOSTILE, 'manifest.tsv'), 'utf8'))
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .flatMap(([file = '', format, wrong = '', expected = '']) =>
    format === 'deb' ? [{ file, wrong, expected }] : [],
  );

const REJECTED = MANIFEST.filter(({ expected }) => expected === 'reject');
const ACCEPTED = MANIFEST.filter(({ expected }) => expected === 'accept-with-warning');

/** `good` published, and a folder `in` with the hostile file and two good ones. */
async function withFile(file: string): Promise<CliSession> {
  const session = await createCliSession();
  await session.deb({ name: 'good' });
  await session.run('publish', 'good_1.0_amd64.deb', '--init');
  await mkdir(join(session.cwd, 'in'));
  await copyFile(join(HOSTILE, file), join(session.cwd, 'in', file));
  for (const name of ['first', 'second']) await session.deb({ name }, 'in');
  return session;
}

async function listed(session: CliSession): Promise<readonly string[]> {
  const { stdout } = await session.run('list', '--json');
  return [...stdout.matchAll(/"name":"([^"]+)"/g)].map(([, name = '']) => name);
}

test('the manifest says of every file what is expected', () => {
  expect(REJECTED.length).toBeGreaterThan(15);
  expect(REJECTED.length + ACCEPTED.length).toBe(MANIFEST.length);
});

describe.each(REJECTED)('$file: $wrong', ({ file }) => {
  test('is refused with one error that names it; with good ones, nothing or the good ones are published', async () => {
    await using session = await withFile(file);
    const path = join(session.cwd, 'in', file);
    const before = await folderState(session.store);

    const alone = await session.json('publish', path);
    expect(alone).toMatchObject({
      code: 1,
      answer: undefined,
      error: {
        code: expect.stringMatching(/^(ARCHIVE|PACKAGE)_/),
        message: expect.stringContaining(path),
      },
    });
    const human = await session.run('publish', path);
    expect(human.stdout).toBe('');
    expect(human.stderr.split('\n').filter((line) => !line.startsWith('  ') && line !== '')).toEqual([
      expect.stringMatching(/^Error: /),
    ]);
    expect(human.stderr).toMatch(/^[\x20-\x7e\n]+$/);

    const together = await session.json('publish', 'in');
    expect(together).toMatchObject({ code: 1, error: { message: expect.stringContaining(path) } });
    expect(await folderState(session.store)).toEqual(before);

    const kept = await session.json('publish', 'in', '--keep-going');
    expect(kept).toMatchObject({ code: 3, answer: { refused: [{ source: path }] } });
    expect(await listed(session)).toEqual(['first', 'good', 'second']);
    expect((await session.run('verify')).code).toBe(0);
  });
});

describe.each(ACCEPTED)('$file: $wrong', ({ file }) => {
  test('is published with a warning that names it', async () => {
    await using session = await withFile(file);
    const { code, stderr } = await session.run('publish', 'in');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Warning: /);
    expect(stderr).toContain(join(session.cwd, 'in', file));
    expect(await listed(session)).toHaveLength(4);
    expect((await session.run('verify')).code).toBe(0);
  });
});
