/** Rights and room of folders, as doctor sees them. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { createKeyFile } from '../../signing/key-file.ts';
import { generateLedgerKey } from '../../signing/ledger-key.ts';
import { checkFolders, judgeRoom } from './folders.ts';
import { checkKeyFolder } from './machine.ts';

const DEFAULT = { source: 'default' } as const;

async function rightsWith(modes: {
  readonly store: number;
  readonly state: number;
}): Promise<readonly string[]> {
  await using dir = await createTempDir('doctor');
  const [store, state] = [join(dir.path, 'public'), join(dir.path, 'public/.pakhus')];
  await mkdir(state, { recursive: true });
  await chmod(state, modes.state);
  await chmod(store, modes.store);
  const found = await checkFolders({
    store: { value: store, origin: DEFAULT },
    state: { value: undefined, origin: DEFAULT },
  });
  return found
    .filter(({ check }) => /^(store|state) /.test(check))
    .map(({ verdict, finding, remedy }) => `${verdict} ${finding}; ${remedy}`.replaceAll(dir.path, ''));
}

describe('rights', () => {
  test.each([
    [{ store: 0o755, state: 0o700 }, []],
    [{ store: 0o775, state: 0o770 }, []],
    [
      { store: 0o777, state: 0o700 },
      ['bad everybody on this machine may write it (mode 0777); Run `chmod o-w /public`.'],
    ],
    [
      { store: 0o755, state: 0o777 },
      ['bad everybody on this machine may write it (mode 0777); Run `chmod o-w /public/.pakhus`.'],
    ],
    [
      { store: 0o755, state: 0o755 },
      [
        'warning everybody on this machine may read the ledger, a web server too (mode 0755); Run `chmod o-rx /public/.pakhus`.',
      ],
    ],
  ])('%j', async (modes, complaints) => {
    expect(await rightsWith(modes)).toEqual(complaints);
  });

  test('a store that is no directory has none', async () => {
    const config = {
      store: { value: 's3://bucket', origin: DEFAULT },
      state: { value: undefined, origin: DEFAULT },
    };
    expect(await checkFolders(config)).toEqual([]);
  });

  test('of the folder of keys', async () => {
    await using dir = await createTempDir('doctor');
    const folder = join(dir.path, 'keys');
    expect(await checkKeyFolder(folder)).toEqual([]);
    const { path } = await createKeyFile(folder, { name: 'a.ledger.pem', content: generateLedgerKey() });
    expect(await checkKeyFolder(folder)).toMatchObject([
      { verdict: 'good', finding: '1 key, for you alone' },
    ]);
    await chmod(path, 0o644);
    await chmod(folder, 0o777);
    expect(await checkKeyFolder(folder)).toMatchObject([
      { verdict: 'warning', remedy: `Run \`chmod 700 ${folder}\`.` },
      { verdict: 'warning', remedy: `Run \`chmod 600 ${path}\`.` },
    ]);
    await chmod(path, 0o666);
    expect(await checkKeyFolder(folder)).toMatchObject([{ verdict: 'warning' }, { verdict: 'bad' }]);
  });
});

test.each([
  [{ freeBytes: 1e12, freeFiles: 1e6, fileSystem: { volatile: false } }, []],
  [{ freeBytes: 1e12, freeFiles: undefined, fileSystem: { volatile: true } }, []],
  [
    { freeBytes: 200e6, freeFiles: 1e6, fileSystem: { volatile: false } },
    ['room of /srv: only 200 MB are free'],
  ],
  [
    { freeBytes: 1e12, freeFiles: 12, fileSystem: { volatile: false } },
    ['room of /srv: only 12 more files can be made (inodes)'],
  ],
  [
    { freeBytes: 1e12, freeFiles: 1e6, fileSystem: { volatile: false, unsafe: 'NFS' } },
    ['file system of /srv: is NFS, which cannot keep writers of two machines apart'],
  ],
])('what is left and what it is: %j', (found, complaints) => {
  expect(judgeRoom('/srv', found).map(({ check, finding }) => `${check}: ${finding}`)).toEqual(complaints);
});
