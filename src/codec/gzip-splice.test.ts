import { execFileSync } from 'node:child_process';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureOf, segmentTexts } from '../../tests/support/segment-texts.ts';
import { deflateSegment, gzipHead, gzipTail, inflateSegments, parseGzip } from './gzip-splice.ts';

const NAME = { name: 'Packages' };

describe('gzip segments', () => {
  test('property: a file is taken apart and inflated segment by segment', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        const segments = await Promise.all(texts.map(deflateSegment));
        const facts = segments.map(({ bytes, ...rest }) => ({ ...rest, sizeBytes: bytes.length }));
        const file = Buffer.concat([
          gzipHead(),
          ...segments.map((segment) => segment.bytes),
          gzipTail(segments),
        ]);
        const parts = parseGzip(file, facts, NAME);
        const plain = await Promise.all(
          parts.map((part, i) => inflateSegments([part], texts[i]?.length ?? 0)),
        );
        expect(Buffer.concat(plain)).toEqual(Buffer.concat(texts));
        const plainBytes = Buffer.concat(texts).length;
        expect(await inflateSegments(parts, plainBytes)).toEqual(Buffer.concat(texts));
      }),
      { numRuns: 25 },
    );
  });

  test('the head and tail of no segments are those of gzip -9n', () => {
    const file = Buffer.concat([gzipHead(), gzipTail([])]);
    expect(file).toEqual(execFileSync('gzip', ['-9nc'], { input: '' }));
  });

  test('the size in the tail is modulo 2^32', () => {
    const tail = Buffer.from(gzipTail([{ plainBytes: 2 ** 32 + 5, crc32: 0 }]));
    expect(tail.readUInt32LE(6)).toBe(5);
  });

  const plain = Buffer.from('Package: a\n\n'.repeat(50));
  test.each([
    ['less plain text than expected', plain.length + 1, (bytes: Buffer) => bytes],
    ['more plain text than expected', plain.length - 1, (bytes: Buffer) => bytes],
    ['plain text where none is expected', 0, (bytes: Buffer) => bytes],
    ['no flush at the end', plain.length, (bytes: Buffer) => bytes.subarray(0, -5)],
    ['another segment behind it', plain.length, (bytes: Buffer) => Buffer.concat([bytes, bytes])],
    ['a last block', plain.length, () => zlib.deflateRawSync(plain)],
    ['no deflate data', plain.length, () => Buffer.from('Package: a\n\n')],
    ['no bytes', plain.length, () => Buffer.alloc(0)],
  ])('a segment with %s is refused', async (_, plainBytes, change) => {
    const bytes = change(Buffer.from((await deflateSegment(plain)).bytes));
    const error = await failureOf(() => inflateSegments([bytes], plainBytes));
    expect(error.message).toMatch(/^a gzip segment is (corrupt|truncated)/);
  });

  test('an empty segment has no bytes', async () => {
    expect(await deflateSegment(new Uint8Array())).toEqual({
      bytes: new Uint8Array(),
      plainBytes: 0,
      crc32: 0,
    });
    expect(await inflateSegments([], 0)).toHaveLength(0);
  });

  test.each([
    ['head', 4],
    ['tail', -3],
  ])('a file with another %s is ARCHIVE_CORRUPT', async (_, at) => {
    const segment = await deflateSegment(plain);
    const file = Buffer.concat([gzipHead(), segment.bytes, gzipTail([segment])]);
    file.writeUInt8(0x77, at < 0 ? file.length + at : at);
    const facts = { ...segment, sizeBytes: segment.bytes.length };
    expect((await failureOf(() => parseGzip(file, [facts], NAME))).message).toMatch(/^Packages is corrupt/);
    expect((await failureOf(() => parseGzip(file, [], NAME))).code).toBe('ARCHIVE_CORRUPT');
  });
});
