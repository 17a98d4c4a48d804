import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createTempDir } from '../../../tests/support/temp.ts';
import { lastCut, readIndex } from '../../formats/deb/read-index.ts';
import { createBaseIndexes } from './base-indexes.ts';

/** What is read of a file with these bytes: the text, and the number of its parts. */
async function read(bytes: Uint8Array | string): Promise<{ readonly text: string; readonly parts: number }> {
  await using dir = await createTempDir('base');
  const path = join(dir.path, 'Packages');
  await writeFile(path, bytes);
  const parts: string[] = [];
  for await (const part of createBaseIndexes([]).read(path, { lastCut })) parts.push(part);
  return { text: parts.join(''), parts: parts.length };
}

const STANZA = `Package: libc6\nVersion: 2.36\nArchitecture: all\nDescription: ${'long '.repeat(200)}\n\n`;

describe('an index', () => {
  test.each([
    ['plain', Buffer.from(STANZA)],
    ['gzip', gzipSync(STANZA)],
    ['zstd', zstdCompressSync(STANZA)],
  ])('%s', async (_name, bytes) => {
    expect(await read(bytes)).toEqual({ text: STANZA, parts: 1 });
  });

  test('without any package', async () => {
    expect(await read('')).toEqual({ text: '', parts: 0 });
  });

  test('large: in parts that end between two packages', async () => {
    await using dir = await createTempDir('base');
    const path = join(dir.path, 'Packages.gz');
    await writeFile(path, gzipSync(STANZA.repeat(4000)));
    let packages = 0;
    for await (const part of createBaseIndexes([]).read(path, { lastCut })) {
      expect(part).toMatch(/^Package: /);
      packages += [...readIndex(part, 'amd64')].length;
    }
    expect(packages).toBe(4000);
  });

  test.each([
    ['an error page', '<!DOCTYPE html>', /base index: it is no index of packages$/],
    ['half of a file', gzipSync(STANZA.repeat(100)).subarray(0, 100), /base index: .*Packages/],
    [
      'one endless stanza',
      `Package: a\n${' x\n'.repeat(6_000_000)}`,
      /base index: it is no index of packages$/,
    ],
  ])('cannot be %s', async (_what, bytes, why) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(why),
    });
  });

  test('cannot be a folder', async () => {
    await using dir = await createTempDir('base');
    const parts = createBaseIndexes([]).read(dir.path, { lastCut });
    await expect(parts[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

test('a channel has its own, or those of the repository', () => {
  const { pathsFor } = createBaseIndexes([
    { channel: undefined, path: '/m/binary-{arch}/Packages' },
    { channel: 'old', path: '/old/Packages' },
    { channel: 'old', path: '/old/more' },
  ]);
  expect(pathsFor({ channel: 'stable', architecture: 'arm64' })).toEqual(['/m/binary-arm64/Packages']);
  expect(pathsFor({ channel: 'old', architecture: 'arm64' })).toEqual(['/old/Packages', '/old/more']);
});
