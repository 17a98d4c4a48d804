import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureOf, segmentTexts } from '../../tests/support/segment-texts.ts';
import { parseZstd, unzstdFrame, zstdFrame } from './zstd-splice.ts';

const NAME = { name: 'Packages' };

describe('zstd frames', () => {
  test('property: a file is taken apart frame by frame', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        const file = Buffer.concat(await Promise.all(texts.map((text) => zstdFrame(text))));
        const frames = parseZstd(file, NAME);
        const plain = await Promise.all(
          frames.map(({ offset, sizeBytes }, i) =>
            unzstdFrame(file.subarray(offset, offset + sizeBytes), texts[i]?.length ?? 0),
          ),
        );
        expect(Buffer.concat(plain)).toEqual(Buffer.concat(texts));
      }),
      { numRuns: 25 },
    );
  });

  test('a higher level is smaller', async () => {
    const text = Buffer.from(
      Array.from({ length: 3000 }, (_, i) => `Package: p${i}\nSize: ${i * 7919}\n`).join('\n'),
    );
    const sizes = await Promise.all([1, 19].map(async (level) => (await zstdFrame(text, { level })).length));
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);
  });

  const plain = Buffer.from('Package: a\n\n'.repeat(50));
  test.each([
    ['less plain text than expected', plain.length + 1, (bytes: Buffer) => bytes],
    ['more plain text than expected', plain.length - 1, (bytes: Buffer) => bytes],
    ['its end missing', plain.length, (bytes: Buffer) => bytes.subarray(0, -1)],
    ['another frame behind it', plain.length, (bytes: Buffer) => Buffer.concat([bytes, bytes])],
    ['zeros behind it', plain.length, (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4)])],
    [
      'a wrong checksum',
      plain.length,
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]),
    ],
    ['no frame', plain.length, () => Buffer.alloc(0)],
  ])('a frame with %s is refused', async (_, plainBytes, change) => {
    const error = await failureOf(async () =>
      unzstdFrame(change(Buffer.from(await zstdFrame(plain))), plainBytes),
    );
    expect(error.message).toMatch(/^a zstd frame is (corrupt|truncated)/);
  });
});
