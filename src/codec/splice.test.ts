import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { crc32Combine } from './crc32-combine.ts';
import { deflateSegment, gzipHead, gzipTail, inflateSegment, parseGzip } from './gzip-splice.ts';
import { parseXz, XZ_HEAD_BYTES, xzBlock, xzHead, xzTail } from './xz-splice.ts';
import { parseZstd, unzstdFrame, zstdFrame } from './zstd-splice.ts';

const NAME = { name: 'Packages' };

/** What the three ways of splicing have in common. */
interface Spliced {
  readonly file: Buffer;
  /** The bytes of each segment. */
  readonly parts: readonly Uint8Array[];
}
const SPLICERS: Readonly<Record<'gzip' | 'xz' | 'zstd', (texts: readonly Uint8Array[]) => Promise<Spliced>>> =
  {
    gzip: async (texts) => {
      const segments = await Promise.all(texts.map(deflateSegment));
      const parts = segments.map((segment) => segment.bytes);
      return { file: Buffer.concat([gzipHead(), ...parts, gzipTail(segments)]), parts };
    },
    xz: async (texts) => {
      const blocks = await Promise.all(texts.map((text) => xzBlock(text)));
      const parts = blocks.map((block) => block.bytes);
      return { file: Buffer.concat([xzHead(), ...parts, xzTail(blocks)]), parts };
    },
    zstd: async (texts) => {
      const parts = await Promise.all(texts.map((text) => zstdFrame(text)));
      return { file: Buffer.concat(parts), parts };
    },
  };
const FORMS = ['gzip', 'xz', 'zstd'] as const;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pakhus-splice-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the tool of a form on a file. */
function tool(form: 'gzip' | 'xz' | 'zstd', args: readonly string[], file: Uint8Array): Buffer {
  const path = join(folder, 'Packages.packed');
  writeFileSync(path, file);
  const input = form === 'gzip' ? ['--stdout', ...args] : args;
  return execFileSync(form, [...input, path], { maxBuffer: 1 << 28, stdio: 'pipe' });
}

function unpack(form: 'gzip' | 'xz' | 'zstd', file: Uint8Array): Buffer {
  // The zstd program takes an empty file for no zstd file; apt and libarchive take it for an empty one.
  if (form === 'zstd' && file.length === 0) return Buffer.alloc(0);
  return execFileSync(form, ['-dc'], { input: file, maxBuffer: 1 << 28 });
}

const stanza = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9+.-]{1,20}$/), fc.nat(99), fc.base64String({ maxLength: 60 }))
  .map(([name, version, digest]) => `Package: ${name}\nVersion: ${version}\nSHA256: ${digest}\n\n`);
const segmentText = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(stanza, { maxLength: 60 }).map((stanzas) => Buffer.from(stanzas.join(''))),
  },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
);
const segmentTexts = fc.array(segmentText, { maxLength: 6 });

async function failure(work: () => unknown): Promise<PakhusError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof PakhusError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe.each(FORMS)('%s', (form) => {
  const splice = SPLICERS[form];

  test.each([
    ['no segments', []],
    ['one empty segment', ['']],
    ['empty segments between others', ['', 'Package: a\n\n', '', 'Package: b\n\n', '']],
  ])('%s: its tool reads them', async (_, texts) => {
    const { file } = await splice(texts.map((text) => Buffer.from(text)));
    expect(unpack(form, file).toString()).toBe(texts.join(''));
  });

  test('property: its tool reads what was spliced', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        const { file } = await splice(texts);
        expect(Buffer.compare(unpack(form, file), Buffer.concat(texts))).toBe(0);
        if (file.length > 0) tool(form, ['-t'], file);
      }),
      { numRuns: 25 },
    );
  });

  test('property: the same text always gives the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        expect((await splice(texts)).file).toEqual(
          (await splice(texts.map((text) => Buffer.from(text)))).file,
        );
      }),
      { numRuns: 15 },
    );
  });

  test('property: replacing, adding or removing a segment gives what rendering all of them does', async () => {
    const edit = fc.record({
      at: fc.nat(6),
      remove: fc.nat(1),
      add: fc.array(segmentText, { maxLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(segmentTexts, edit, async (texts, { at, remove, add }) => {
        const edited = texts.toSpliced(at, remove, ...add);
        const rendered = await splice(edited);
        const kept = (await splice(texts)).parts.toSpliced(at, remove, ...(await splice(add)).parts);
        expect(Buffer.concat(kept)).toEqual(Buffer.concat(rendered.parts));
      }),
      { numRuns: 15 },
    );
  });
});

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
        const plain = await Promise.all(parts.map((part, i) => inflateSegment(part, texts[i]?.length ?? 0)));
        expect(Buffer.concat(plain)).toEqual(Buffer.concat(texts));
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
    const error = await failure(() => inflateSegment(bytes, plainBytes));
    expect(error.message).toMatch(/^a gzip segment is (corrupt|truncated)/);
  });

  test('an empty segment has no bytes', async () => {
    expect(await deflateSegment(new Uint8Array())).toEqual({
      bytes: new Uint8Array(),
      plainBytes: 0,
      crc32: 0,
    });
    expect(await inflateSegment(new Uint8Array(), 0)).toHaveLength(0);
  });

  test.each([
    ['head', 4],
    ['tail', -3],
  ])('a file with another %s is ARCHIVE_CORRUPT', async (_, at) => {
    const segment = await deflateSegment(plain);
    const file = Buffer.concat([gzipHead(), segment.bytes, gzipTail([segment])]);
    file.writeUInt8(0x77, at < 0 ? file.length + at : at);
    const facts = { ...segment, sizeBytes: segment.bytes.length };
    expect((await failure(() => parseGzip(file, [facts], NAME))).message).toMatch(/^Packages is corrupt/);
    expect((await failure(() => parseGzip(file, [], NAME))).code).toBe('ARCHIVE_CORRUPT');
  });
});

test('property: crc32Combine gives the CRC of the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 5000 }), (a, b) => {
      const whole = zlib.crc32(Buffer.concat([a, b]));
      expect(crc32Combine(zlib.crc32(a), zlib.crc32(b), b.length)).toBe(whole);
    }),
  );
});

test('crc32Combine knows lengths over 2^31', () => {
  // CRC of n zero bytes after nothing, put together from two halves and at once.
  const half = 3_000_000_000;
  const zeros = (length: number): number => crc32Combine(zlib.crc32('x'), 0, length);
  expect(crc32Combine(zeros(half), 0, half)).toBe(zeros(2 * half));
});

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
    expect(Buffer.compare(unpack('xz', file), text)).toBe(0);
    expect(block.bytes.length % 4).toBe(0);
  });

  test('blocks of other presets go together', async () => {
    const blocks = await Promise.all(
      ([4, 5, 6] as const).map((preset) => xzBlock(Buffer.from('text'), { preset })),
    );
    const file = Buffer.concat([xzHead(), ...blocks.map((block) => block.bytes), xzTail(blocks)]);
    expect(unpack('xz', file).toString()).toBe('texttexttext');
  });

  test('plain text that does not compress', async () => {
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 0xff));
    const block = await xzBlock(noise);
    expect(unpack('xz', Buffer.concat([xzHead(), block.bytes, xzTail([block])]))).toEqual(noise);
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
        expect((await failure(() => parseXz(damaged, NAME))).code).toBe('ARCHIVE_CORRUPT');
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
        const error = await failure(() => parseXz(bytes, NAME));
        expect(hasCode(error, 'ARCHIVE_CORRUPT', 'ARCHIVE_TRUNCATED')).toBe(true);
      }),
    );
  });
});

describe('zstd frames', () => {
  test('property: a file is taken apart frame by frame', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        const { file } = await SPLICERS.zstd(texts);
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
    const error = await failure(async () =>
      unzstdFrame(change(Buffer.from(await zstdFrame(plain))), plainBytes),
    );
    expect(error.message).toMatch(/^a zstd frame is (corrupt|truncated)/);
  });
});
