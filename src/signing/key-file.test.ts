import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../tests/support/temp.ts';
import { createKeyFile, keyFileName, readKeyFile } from './key-file.ts';

describe('the name of a key file', () => {
  test.each([
    ['srv-1f2e', 'tools', 'openpgp', 'srv-1f2e.tools.openpgp.asc'],
    ['srv-1f2e', 'tools', 'ledger', 'srv-1f2e.tools.ledger.pem'],
    ['srv-1f2e', '@store', 'ledger', 'srv-1f2e._40store.ledger.pem'],
    ['a', 'Tools', 'ledger', 'a._54ools.ledger.pem'],
    ['../..', 'a/b', 'ledger', '_2e_2e_2f_2e_2e.a_2fb.ledger.pem'],
    ['é', '_', 'ledger', '_c3a9._5f.ledger.pem'],
  ] as const)('%s, %s, %s: %s', (storeId, repository, kind, name) => {
    expect(keyFileName({ storeId, repository, kind })).toBe(name);
  });

  test('is safe and differs, also where case does not count', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 5 });
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const one = keyFileName({ storeId: a, repository: b, kind: 'ledger' });
        const two = keyFileName({ storeId: c, repository: d, kind: 'ledger' });
        expect(one).toMatch(/^[a-z0-9._-]+$/);
        expect(one.toLowerCase() === two.toLowerCase()).toBe(a === c && b === d);
      }),
    );
  });
});

describe('making a key file', () => {
  test('only the owner reads it, folder included', async () => {
    await using dir = await createTempDir('keys');
    const folder = join(dir.path, 'pakhus', 'keys');
    const made = await createKeyFile(folder, { name: 'a.ledger.pem', content: 'secret\n' });
    const path = join(folder, 'a.ledger.pem');
    expect(made).toEqual({ path, content: 'secret\n', lints: [], created: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readFile(path, 'utf8')).toBe('secret\n');
  });

  test('an existing file stays, and is what comes back', async () => {
    await using dir = await createTempDir('keys');
    await createKeyFile(dir.path, { name: 'a', content: 'first' });
    const second = await createKeyFile(dir.path, { name: 'a', content: 'second' });
    expect(second).toMatchObject({ content: 'first', created: false });
    expect(await readdir(dir.path)).toEqual(['a']);
  });

  test('of many at once one wins, and all get its key', async () => {
    await using dir = await createTempDir('keys');
    const contents = Array.from({ length: 20 }, (_, i) => `key ${i}`);
    const made = await Promise.all(
      contents.map((content) => createKeyFile(dir.path, { name: 'a', content })),
    );
    const [winner, ...others] = made.filter(({ created }) => created);
    expect(others).toEqual([]);
    expect(new Set(made.map(({ content }) => content))).toEqual(new Set([winner?.content]));
    expect(await readdir(dir.path)).toEqual(['a']);
  });

  test('where nothing can be written', async () => {
    await using dir = await createTempDir('keys');
    await writeFile(join(dir.path, 'file'), '');
    const folder = join(dir.path, 'file', 'keys');
    const making = createKeyFile(folder, { name: 'a', content: 'secret' });
    await expect(making).rejects.toMatchObject({
      code: 'KEY_NOT_SAVED',
      message: expect.stringContaining(
        `Key file ${join(folder, 'a')} cannot be written: a part of the path is no folder`,
      ),
    });
  });
});

describe('reading a key file', () => {
  test.each([
    [0o600, []],
    [0o400, []],
    [0o640, ['key-file-open']],
    [0o644, ['key-file-open']],
    [0o660, ['key-file-open']],
  ])('mode %o', async (mode, lints) => {
    await using dir = await createTempDir('keys');
    const path = join(dir.path, 'a');
    await writeFile(path, 'secret');
    await chmod(path, mode);
    const read = await readKeyFile(path);
    expect(read).toMatchObject({ path, content: 'secret' });
    expect(read.lints.map(({ code }) => code)).toEqual(lints);
    for (const { message } of read.lints)
      expect(message).toContain(`${path} is open to other users (mode 0${mode.toString(8)})`);
  });

  test('a link is followed, and its target judged', async () => {
    await using dir = await createTempDir('keys');
    await writeFile(join(dir.path, 'target'), 'secret', { mode: 0o644 });
    await symlink('target', join(dir.path, 'a'));
    const { content, lints } = await readKeyFile(join(dir.path, 'a'));
    expect(content).toBe('secret');
    expect(lints).toHaveLength(1);
  });

  test.each<[string, string, string, (path: string) => Promise<unknown>]>([
    ['absent', 'KEY_NOT_FOUND', 'does not exist', async () => {}],
    ['a link to nowhere', 'KEY_NOT_FOUND', 'does not exist', (path) => symlink('nowhere', path)],
    ['a folder', 'KEY_INVALID', 'it is a folder', (path) => mkdir(path)],
    ['too large', 'KEY_INVALID', 'larger than', (path) => writeFile(path, Buffer.alloc(1024 * 1024 + 1))],
    [
      'open to all',
      'KEY_INVALID',
      'everybody may write it (mode 0606)',
      async (path) => {
        await writeFile(path, 'secret');
        await chmod(path, 0o606);
      },
    ],
  ])('%s', async (_name, code, why, make) => {
    await using dir = await createTempDir('keys');
    const path = join(dir.path, 'a');
    await make(path);
    await expect(readKeyFile(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(why),
      details: { path },
    });
    await expect(readKeyFile(path)).rejects.toThrow(path);
  });
});
