import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar } from '../../tests/support/tar-archives.ts';
import { writeTar } from './tar-writer.ts';

describe('archives of GNU tar', () => {
  let folder = '';
  const long = `${'d'.repeat(90)}/${'f'.repeat(80)}`;
  const veryLong = `${'d'.repeat(90)}/${'g'.repeat(200)}`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pakhus-tar-'));
    writeFileSync(join(folder, 'control'), 'Package: x\n', { mode: 0o640 });
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, 'block'), 'b'.repeat(512));
    writeFileSync(join(folder, 'naïve.txt'), 'ï');
    mkdirSync(join(folder, 'd'.repeat(90)));
    writeFileSync(join(folder, long), 'long');
    writeFileSync(join(folder, veryLong), 'very long');
    linkSync(join(folder, 'control'), join(folder, 'zhard'));
    symlinkSync('../elsewhere', join(folder, 'soft'));
    symlinkSync('t'.repeat(150), join(folder, 'softlong'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const tar = (...args: string[]): Buffer =>
    execFileSync('tar', ['-C', folder, '--sort=name', '--mtime=@1767225600', '-c', ...args, '-f', '-']);

  test.each(['gnu', 'oldgnu', 'posix'])('--format=%s reads to the same entries', (format) => {
    const entries = readTar(tar(`--format=${format}`, '.'));
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    expect(entries.map((entry) => entry.path)).toEqual([
      './',
      './block',
      './control',
      `./${'d'.repeat(90)}/`,
      `./${long}`,
      `./${veryLong}`,
      './empty',
      './naïve.txt',
      './soft',
      './softlong',
      './zhard',
    ]);
    expect(byPath.get('./control')).toEqual({
      path: './control',
      isUtf8: true,
      type: 'file',
      linkPath: '',
      sizeBytes: 11,
      mode: 0o640,
      mtimeSeconds: 1767225600,
      text: 'Package: x\n',
    });
    expect(byPath.get(`./${veryLong}`)?.text).toBe('very long');
    expect(byPath.get('./block')?.text).toBe('b'.repeat(512));
    expect(byPath.get('./')).toMatchObject({ type: 'directory', sizeBytes: 0 });
    expect(byPath.get('./soft')).toMatchObject({ type: 'symbolicLink', linkPath: '../elsewhere' });
    expect(byPath.get('./softlong')?.linkPath).toBe('t'.repeat(150));
    expect(byPath.get('./zhard')).toMatchObject({ type: 'hardLink', linkPath: './control', sizeBytes: 0 });
  });

  test('--format=ustar joins prefix and name', () => {
    const entries = readTar(tar('--format=ustar', '--exclude=g*', '--exclude=softlong', '.'));
    expect(entries.map((entry) => entry.path)).toContain(`./${long}`);
  });

  test('--format=v7 has directories without a flag', () => {
    const entries = readTar(tar('--format=v7', '--exclude=f*', '--exclude=g*', '--exclude=softlong', '.'));
    expect(entries.find((entry) => entry.path === './')?.type).toBe('directory');
  });

  test('the size of the chunks does not matter', () => {
    const archive = tar('--format=posix', '.');
    const whole = readTar(archive, { chunkBytes: archive.length });
    for (const chunkBytes of [1, 7, 511, 512, 513, 1000]) {
      expect(readTar(archive, { chunkBytes })).toEqual(whole);
    }
  });

  test('what writeTar writes lists and unpacks', () => {
    const archive = writeTar(
      [
        { path: './', type: 'directory' },
        { path: './control', bytes: Buffer.from('Package: x\n') },
        { path: `./${veryLong}`, bytes: Buffer.alloc(512, 'x') },
        { path: './soft', type: 'symbolicLink', linkPath: 't'.repeat(150) },
        { path: './hard', type: 'hardLink', linkPath: './control' },
      ],
      { mtimeSeconds: 1767225600 },
    );
    const listing = execFileSync('tar', ['-tv', '--utc', '--numeric-owner', '-f', '-'], { input: archive });
    expect(listing.toString().trimEnd().split('\n')).toEqual([
      'drwxr-xr-x 0/0               0 2026-01-01 00:00 ./',
      '-rw-r--r-- 0/0              11 2026-01-01 00:00 ./control',
      `-rw-r--r-- 0/0             512 2026-01-01 00:00 ./${veryLong}`,
      `lrwxrwxrwx 0/0               0 2026-01-01 00:00 ./soft -> ${'t'.repeat(150)}`,
      'hrw-r--r-- 0/0               0 2026-01-01 00:00 ./hard link to ./control',
    ]);
  });
});
