/** Every hostile package of the fixtures through the command line: refused by name, nothing published; or corrected with a warning. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliSession, complaintsIn, createCliSession } from '../../../tests/support/cli-session.ts';
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

let session: CliSession;

beforeAll(async () => {
  session = await createCliSession();
  await session.deb({ name: 'good' });
  await session.run('publish', 'good_1.0_amd64.deb', '--init');
});

afterAll(() => session[Symbol.asyncDispose]());

/** Makes a folder with the hostile file and two good ones; gives its name and the path of the file. */
async function folderWith(file: string): Promise<{ folder: string; path: string }> {
  const folder = file.replace('.deb', '');
  for (const name of ['first', 'second']) await session.deb({ name }, folder);
  const path = join(session.cwd, folder, file);
  await copyFile(join(HOSTILE, file), path);
  return { folder, path };
}

async function listed(): Promise<readonly string[]> {
  const { stdout } = await session.run('list', '--json');
  return [...stdout.matchAll(/"name":"([^"]+)"/g)].map(([, name = '']) => name);
}

test('the manifest says of every file what is expected', () => {
  expect(REJECTED.length).toBeGreaterThan(15);
  expect(REJECTED.length + ACCEPTED.length).toBe(MANIFEST.length);
});

describe.each(REJECTED)('$file: $wrong', ({ file }) => {
  test('is refused with one error that names it; with good ones, nothing or the good ones are published', async () => {
    const { folder, path } = await folderWith(file);
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
    const complaints = complaintsIn(human.stderr).split('\n');
    expect(complaints.filter((line) => !line.startsWith('  '))).toEqual([expect.stringMatching(/^Error: /)]);
    expect(human.stderr).toMatch(/^[\x20-\x7e\n]+$/);

    const together = await session.json('publish', folder);
    expect(together).toMatchObject({ code: 1, error: { message: expect.stringContaining(path) } });
    expect(await folderState(session.store)).toEqual(before);

    const kept = await session.json('publish', folder, '--keep-going');
    expect(kept).toMatchObject({ code: 3, answer: { refused: [{ source: path }] } });
    expect(await listed()).toEqual(['first', 'good', 'second']);
    expect((await session.run('verify')).code).toBe(0);
  });
});

describe.each(ACCEPTED)('$file: $wrong', ({ file }) => {
  test('is published with a warning that names it', async () => {
    await using fresh = await createCliSession();
    await copyFile(join(HOSTILE, file), join(fresh.cwd, file));
    const { code, stderr } = await fresh.run('publish', '.', '--init');
    expect(code).toBe(0);
    expect(complaintsIn(stderr)).toMatch(/^Warning: /);
    expect(stderr).toContain(join(fresh.cwd, file));
    expect((await fresh.run('verify')).code).toBe(0);
  });
});
