import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { findPackages } from './find-packages.ts';

/** A working folder: `name` for files, `name/` for folders, `name -> target` for links, `name |` for a FIFO. */
async function folderWith(...entries: readonly string[]) {
  const dir = await createTempDir('find');
  for (const entry of entries) {
    const [name = '', target] = entry.split(' -> ');
    const path = join(dir.path, name.replace(' |', ''));
    await mkdir(join(path, '..'), { recursive: true });
    if (target !== undefined) await symlink(target, path);
    else if (name.endsWith(' |')) execFileSync('mkfifo', [path]);
    else if (name.endsWith('/')) await mkdir(path, { recursive: true });
    else await writeFile(path, 'x');
  }
  return {
    path: dir.path,
    find: async (...paths: readonly string[]) => {
      const found = await findPackages(paths, { cwd: dir.path, store: join(dir.path, 'public') });
      return found.map((path) => path.slice(dir.path.length + 1));
    },
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
}

describe('what a path names', () => {
  test.each<[what: string, entries: string[], paths: string[], found: string[]]>([
    ['a file', ['a.deb'], ['a.deb'], ['a.deb']],
    ['a file with any ending: what it is, its content says', ['a.bin'], ['a.bin'], ['a.bin']],
    ['a hidden file that is named', ['.a.deb'], ['.a.deb'], ['.a.deb']],
    [
      'a folder: packages in it and below, sorted',
      ['d/b.deb', 'd/x/y/a.udeb'],
      ['d'],
      ['d/b.deb', 'd/x/y/a.udeb'],
    ],
    ['nothing else in a folder', ['d/a.deb', 'd/README', 'd/a.dsc'], ['d'], ['d/a.deb']],
    ['nothing hidden in a folder', ['d/a.deb', 'd/.b.deb', 'd/.git/c.deb'], ['d'], ['d/a.deb']],
    ['the working folder', ['a.deb', 'd/b.deb'], ['.'], ['a.deb', 'd/b.deb']],
    ['a pattern', ['a.deb', 'b.deb', 'c.txt'], ['*.deb'], ['a.deb', 'b.deb']],
    [
      'a pattern through folders',
      ['d/a.deb', 'd/e/b.deb', 'c.deb'],
      ['d/**/*.deb'],
      ['d/a.deb', 'd/e/b.deb'],
    ],
    ['a pattern that names folders', ['d1/a.deb', 'd2/b.deb'], ['d?'], ['d1/a.deb', 'd2/b.deb']],
    ['a file whose name looks like a pattern', ['a[1].deb'], ['a[1].deb'], ['a[1].deb']],
    ['several ways to one file: once', ['d/a.deb'], ['d', 'd/a.deb', 'd/*.deb', './d/../d'], ['d/a.deb']],
    ['a link to a file', ['a.deb', 'd/l.deb -> ../a.deb'], ['d'], ['d/l.deb']],
    ['a link to a folder that is named', ['real/a.deb', 'l -> real'], ['l'], ['l/a.deb']],
    ['no folder behind a link, which may lead in a circle', ['d/a.deb', 'd/l -> .'], ['d'], ['d/a.deb']],
    ['no FIFO in a folder', ['d/a.deb', 'd/b.deb |'], ['d'], ['d/a.deb']],
    [
      'no folder that is called like a package',
      ['d/a.deb', 'd/b.deb/c.deb'],
      ['d'],
      ['d/a.deb', 'd/b.deb/c.deb'],
    ],
  ])('%s', async (_what, entries, paths, found) => {
    await using folder = await folderWith(...entries);
    expect(await folder.find(...paths)).toEqual(found);
  });
});

describe('the store', () => {
  const files = ['a.deb', 'public/deb/pool/old.deb'];

  test('is left out of the folder in which it lies', async () => {
    await using folder = await folderWith(...files);
    expect(await folder.find('.')).toEqual(['a.deb']);
  });

  test('is left out of what a shell makes of *', async () => {
    await using folder = await folderWith(...files);
    expect(await folder.find('a.deb', 'public')).toEqual(['a.deb']);
  });

  test('is left out by whatever name', async () => {
    await using folder = await folderWith(...files, 'd/b.deb', 'link -> public');
    expect(await folder.find('d', 'link')).toEqual(['d/b.deb']);
  });

  test('gives its packages when they are asked for', async () => {
    await using folder = await folderWith(...files);
    expect(await folder.find('public/deb/pool')).toEqual(['public/deb/pool/old.deb']);
  });
});

describe('nothing found', () => {
  test.each<[what: string, entries: string[], paths: string[], message: string]>([
    ['a path that does not exist', [], ['gone'], 'gone does not exist'],
    ['a path below a file', ['a.deb'], ['a.deb/b'], 'a.deb/b does not exist'],
    ['a pattern that matches nothing', ['a.txt'], ['*.deb'], '*.deb does not exist'],
    ['an empty folder', ['d/'], ['d'], 'no package file lies in d'],
    ['a folder without packages', ['d/a.txt'], ['d'], 'no package file lies in d'],
    ['one of several paths', ['a.deb', 'd/'], ['a.deb', 'd'], 'no package file lies in d'],
    ['only the store', ['public/deb/pool/old.deb'], ['public'], 'no package file lies in public'],
    ['an empty list', [], [], 'no package file lies in the list of paths'],
    ['a link that leads nowhere', ['d/l.deb -> gone'], ['d'], 'd/l.deb cannot be read: ENOENT'],
    ['a link that leads to itself', ['l.deb -> l.deb'], ['l.deb'], 'l.deb cannot be read: ELOOP'],
  ])('%s', async (_what, entries, paths, message) => {
    await using folder = await folderWith(...entries);
    await expect(folder.find(...paths)).rejects.toMatchObject({
      code: 'PUBLISH_NOTHING_FOUND',
      message: expect.stringContaining(message),
    });
  });
});
