import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, segmentTexts } from '../../tests/support/segment-texts.ts';
import { hasCode } from '../core/pakhus-error.ts';
import { parseXz, XZ_HEAD_BYTES, xzBlock, xzHead, xzTail } from './xz-splice.ts';

const NAME = { name: 'Packages' };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pakhus-xz-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function unxz(file: Uint8Array): Buffer {
  return execFileSync('xz', ['-dc'], { input: file, maxBuffer: 1 << 28 });
}

describe('xz blocks', () => {
  test('property: xz --list and parseXz agree with what was written', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        const blocks = (await Promise.all(texts.map((text) => xzBlock(text)))).filter(
          (block) => block.plainBytes > 0,
        );
        const file = Buffer.concat([xzHead(), ...blocks.map((block) => block.bytes), xzTail(blocks)]);
        const path = join(folder, 'list.xz');
        writeFileSync(path, file);
        const totals = execFileSync('xz', ['--robot', '--list', path], { encoding: 'utf8' })
          .split('\n')
          .find((line) => line.startsWith('totals'));
        const plainBytes = blocks.reduce((sum, block) => sum + block.plainBytes, 0);
        const [, streams, count, packed, plain] = (totals ?? '').split('\t');
        expect([streams, count, packed, plain].map(Number)).toEqual([
          1,
          blocks.length,
          file.length,
          plainBytes,
        ]);
        let offset = XZ_HEAD_BYTES;
        expect(parseXz(file, NAME)).toEqual(
          blocks.map(({ bytes, ...facts }) => {
            offset += bytes.length;
            return { ...facts, sizeBytes: bytes.length, offset: offset - bytes.length };
          }),
        );
      }),
      { numRuns: 20 },
    );
  });

  test.each([4, 5, 6] as const)('preset %i: a block of 1 MiB is one block', async (preset) => {
    const text = Buffer.alloc(1 << 20, 'Package: a\nDescription: something\n\n');
    const block = await xzBlock(text, { preset });
    const file = Buffer.concat([xzHead(), block.bytes, xzTail([block])]);
    expect(Buffer.compare(unxz(file), text)).toBe(0);
    expect(block.bytes.length % 4).toBe(0);
  });

  test('blocks of other presets go together', async () => {
    const blocks = await Promise.all(
      ([4, 5, 6] as const).map((preset) => xzBlock(Buffer.from('text'), { preset })),
    );
    const file = Buffer.concat([xzHead(), ...blocks.map((block) => block.bytes), xzTail(blocks)]);
    expect(unxz(file).toString()).toBe('texttexttext');
  });

  test('plain text that does not compress', async () => {
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 0xff));
    const block = await xzBlock(noise);
    expect(unxz(Buffer.concat([xzHead(), block.bytes, xzTail([block])]))).toEqual(noise);
  });

  test('property: a damaged head, index or footer is refused', async () => {
    const blocks = await Promise.all(['a', 'b'.repeat(300)].map((text) => xzBlock(Buffer.from(text))));
    const tail = xzTail(blocks);
    const file = Buffer.concat([xzHead(), ...blocks.map((block) => block.bytes), tail]);
    const place = fc.oneof(
      fc.nat(XZ_HEAD_BYTES - 1),
      fc.integer({ min: file.length - tail.length, max: file.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(file);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect((await failureOf(() => parseXz(damaged, NAME))).code).toBe('ARCHIVE_CORRUPT');
      }),
      { numRuns: 300 },
    );
  });

  test('property: other bytes are refused', async () => {
    const block = await xzBlock(Buffer.from('text'));
    const file = Buffer.concat([xzHead(), block.bytes, xzTail([block])]);
    const variants = fc.oneof(
      fc.nat(file.length - 1).map((length) => file.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((junk) => Buffer.concat([file, junk])),
      fc.uint8Array({ maxLength: 60 }).map((junk) => Buffer.concat([xzHead(), junk, file.subarray(-12)])),
    );
    await fc.assert(
      fc.asyncProperty(variants, async (bytes) => {
        const error = await failureOf(() => parseXz(bytes, NAME));
        expect(hasCode(error, 'ARCHIVE_CORRUPT', 'ARCHIVE_TRUNCATED')).toBe(true);
      }),
    );
  });
});
