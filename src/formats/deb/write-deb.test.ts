import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../tests/support/deb-fixtures.ts';
import { outputOf } from '../../../tests/support/run-command.ts';
import { describeWith, lackOfTool } from '../../../tests/support/skip.ts';
import { createTempDir } from '../../../tests/support/temp.ts';
import { sha256Hex } from '../../core/digest.ts';
import { readDeb } from './read-deb.ts';
import { type DebContents, writeDeb } from './write-deb.ts';

const contents: DebContents = {
  control: 'Package: hello\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n',
  files: [
    { path: './usr/share/doc/hello/README', bytes: Buffer.from('hello\n') },
    { path: 'usr/bin/hello', bytes: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
    { path: `/opt/${'long/'.repeat(30)}name`, bytes: new Uint8Array() },
  ],
  mtimeSeconds: 1_767_225_600,
};

const compressions = ['gzip', 'none', 'zstd', 'xz'] as const;

describe.each(compressions)('a package with %s', (compression) => {
  test('is read back', async () => {
    const bytes = await writeDeb({ ...contents, compression });
    expect(`${(await readDeb(memorySource('x.deb', bytes))).metadata}\n`).toBe(contents.control);
  });

  test('is the same bytes in whatever order the files come', async () => {
    const bytes = await writeDeb({ ...contents, compression });
    const again = await writeDeb({ ...contents, compression, files: contents.files.toReversed() });
    expect(sha256Hex(again)).toBe(sha256Hex(bytes));
  });
});

test('a missing final newline of control is added', async () => {
  const bytes = await writeDeb({ ...contents, control: contents.control.trimEnd() });
  expect(sha256Hex(bytes)).toBe(sha256Hex(await writeDeb(contents)));
});

test.each([
  [['../x'], 'Not a path of a file: ../x'],
  [['a/'], 'Not a path of a file: a/'],
  [['./'], 'Not a path of a file: '],
  [['a', './a'], 'Two files have the path a'],
])('%j cannot be written', (paths, message) => {
  const files = paths.map((path) => ({ path, bytes: new Uint8Array() }));
  expect(() => writeDeb({ ...contents, files })).toThrow(message);
});

describeWith('dpkg-deb', lackOfTool('dpkg-deb'), () => {
  test.each(compressions)('reads what is written with %s', async (compression) => {
    await using dir = await createTempDir('write-deb');
    const deb = join(dir.path, 'x.deb');
    await writeFile(deb, await writeDeb({ ...contents, compression }));
    expect(await outputOf(['dpkg-deb', '--field', deb])).toBe(contents.control);
    const lines = (await outputOf(['dpkg-deb', '--contents', deb])).trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 32 + 2 + 3 + 2);
    expect(lines).toContain('-rwxr-xr-x root/root        10 2026-01-01 00:00 ./usr/bin/hello');
    expect(lines).toContain('drwxr-xr-x root/root         0 2026-01-01 00:00 ./usr/share/doc/hello/');
    await outputOf(['dpkg-deb', '--raw-extract', deb, join(dir.path, 'out')]);
    await outputOf(['md5sum', '--check', '--strict', 'DEBIAN/md5sums'], { cwd: join(dir.path, 'out') });
  });
});
