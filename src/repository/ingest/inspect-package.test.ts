import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixtureBytes } from '../../../tests/support/deb-fixtures.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import { sha256Hex } from '../../core/digest.ts';
import { inspectPackage } from './inspect-package.ts';

const PACKAGE = 'deb/pool/main/o/oskeld/oskeld-meta_1.0_all.deb';

test('a package gives its metadata, size and digest', async () => {
  await using dir = await createTempDir('inspect');
  const bytes = fixtureBytes(PACKAGE);
  const path = join(dir.path, 'a.deb');
  await writeFile(path, bytes);
  expect(await inspectPackage(path)).toMatchObject({
    source: path,
    format: 'deb',
    meta: { name: 'oskeld-meta', version: '1.0', architecture: 'all' },
    sizeBytes: bytes.length,
    sha256: sha256Hex(bytes),
  });
});

test.each<[what: string, make: (path: string) => unknown, problem: RegExp]>([
  ['a FIFO, which is not waited for', (path) => execFileSync('mkfifo', [path]), /no regular file/],
  ['a folder', (path) => mkdir(path), /no regular file/],
  ['nothing', () => undefined, /ENOENT/],
])('%s is PACKAGE_INVALID', async (_what, make, problem) => {
  await using dir = await createTempDir('inspect');
  const path = join(dir.path, 'a.deb');
  await make(path);
  await expect(inspectPackage(path)).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    message: expect.stringMatching(problem),
  });
});
