import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWith, lackOfRoot } from '../../tests/support/skip.ts';
import { findConfigFile } from './find-config-file.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pakhus-find-'));
  await mkdir(join(root, 'a/b'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

test('the nearest one, upward', async () => {
  await writeFile(join(root, 'pakhus.yaml'), 'store: far');
  await writeFile(join(root, 'a/pakhus.yaml'), 'store: near');
  expect((await findConfigFile(join(root, 'a/b')))?.path).toBe(join(root, 'a/pakhus.yaml'));
});

test('a folder of that name is no file', async () => {
  await mkdir(join(root, 'a/pakhus.yaml'));
  await expect(findConfigFile(join(root, 'a/b'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('a/pakhus.yaml: cannot be read'),
  });
});

const ALICE = 12_345;
const MALLORY = 23_456;

describeWith('files of other users (root makes them)', lackOfRoot(), () => {
  test('above the own folder: not used', async () => {
    const path = join(root, 'pakhus.yaml');
    await writeFile(path, 'store: /theirs');
    await chown(path, MALLORY, MALLORY);
    await expect(findConfigFile(join(root, 'a'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${path}: belongs to another user (id ${MALLORY}), so it is not used`,
      hint: `If you trust it, name it: --config ${path}`,
    });
  });

  test('a checkout is used from inside it', async () => {
    await writeFile(join(root, 'a/pakhus.yaml'), 'store: ./public');
    await chown(join(root, 'a/pakhus.yaml'), ALICE, ALICE);
    await chown(join(root, 'a/b'), ALICE, ALICE);
    expect((await findConfigFile(join(root, 'a/b')))?.path).toBe(join(root, 'a/pakhus.yaml'));
  });
});
