import { beforeAll, describe, expect, test } from 'vitest';
import {
  chunked,
  ENCODINGS,
  FAST_TOOLS,
  FORM_NAMES,
  failure,
  MIB,
  type Packed,
  plainOf,
  run,
  TOOLS,
  text,
} from '../../tests/support/packed.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { decompress } from './decompress.ts';

const SMALL = text(10_000);

describe('large input', () => {
  const large = text(5 * MIB);
  const packedLarge = new Map<Packed, Buffer>();
  const packLarge = (encoding: Packed): Buffer => packedLarge.get(encoding) ?? Buffer.alloc(0);

  beforeAll(() => {
    for (const encoding of ENCODINGS) packedLarge.set(encoding, FAST_TOOLS[encoding](large));
  });

  test.each(ENCODINGS)('%s: plain text over 4 MiB comes in pieces', async (encoding) => {
    const packed = packLarge(encoding);
    expect(Buffer.compare(await plainOf(encoding, packed), large)).toBe(0);
    expect(await failure(encoding, packed, { limitBytes: 4.5 * MIB })).toMatch(/^ARCHIVE_TOO_LARGE/);
    let sizeBytes = 0;
    for await (const piece of decompress(encoding, packed, { name: 'x', limitBytes: 8 * MIB })) {
      expect(piece.length).toBeLessThanOrEqual(65_536);
      sizeBytes += piece.length;
    }
    expect(sizeBytes).toBe(large.length);
  });

  test.each(ENCODINGS)('%s: a bomb stops at the limit', async (encoding) => {
    const bomb = FAST_TOOLS[encoding](Buffer.alloc(32 * MIB));
    expect(await failure(encoding, bomb, { limitBytes: MIB })).toMatch(/^ARCHIVE_TOO_LARGE/);
    expect(await failure(encoding, bomb, { limitBytes: 8 * MIB })).toMatch(/^ARCHIVE_TOO_LARGE/);
    expect(await failure(encoding, bomb, { limitBytes: 8 * MIB, form: 'in one chunk' })).toMatch(
      /^ARCHIVE_TOO_LARGE/,
    );
  });

  test.each(ENCODINGS)(
    '%s: the source is closed when the pieces are not wanted any more',
    async (encoding) => {
      const packed = packLarge(encoding);
      let closed = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield* chunked(packed, 4096);
        } finally {
          closed = true;
        }
      }
      for await (const _ of decompress(encoding, source(), { name: 'x', limitBytes: 64 * MIB })) break;
      await expect.poll(() => closed).toBe(true);
    },
  );

  test.each(ENCODINGS)('%s: what the source throws comes through', async (encoding) => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield TOOLS[encoding](SMALL).subarray(0, 100);
      throw new PakhusError('STORE_UNAVAILABLE', 'gone');
    }
    const read = async (): Promise<void> => {
      for await (const _ of decompress(encoding, source(), { name: 'x', limitBytes: MIB }));
    };
    await expect(read()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('a source that is taken slowly is not read ahead', async () => {
    const packed = packLarge('gzip');
    let givenBytes = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunked(packed, 16_384)) {
        givenBytes += chunk.length;
        yield chunk;
      }
    }
    for await (const _ of decompress('gzip', source(), { name: 'x', limitBytes: 64 * MIB })) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      break;
    }
    expect(givenBytes).toBeLessThan(packed.length / 2);
  });
});

describe('memory', () => {
  test.each([
    ['xz', 'xz', ['-9c']],
    ['zstd', 'zstd', ['-3', '--long=27', '-qc']],
    ['bzip2', 'bzip2', ['-1c']],
  ] as const)('%s: what packages are built with is accepted', async (encoding, command, args) => {
    expect(await plainOf(encoding, run(command, args, SMALL))).toEqual(SMALL);
  });

  test.each([
    ['an xz dictionary of 512 MiB', 'xz', 'xz', ['--lzma2=dict=512MiB', '-c']],
    ['a zstd window of 256 MiB', 'zstd', 'zstd', ['--long=28', '-qc']],
  ] as const)('%s is ARCHIVE_TOO_LARGE', async (_, encoding, command, args) => {
    const packed = run(command, args, SMALL);
    for (const form of FORM_NAMES)
      expect(await failure(encoding, packed, { form })).toMatch(/^ARCHIVE_TOO_LARGE/);
  });

  test('more than 16,384 zstd frames are ARCHIVE_TOO_LARGE', async () => {
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
    const frames = Buffer.concat(Array.from({ length: 16_385 }, () => skippable));
    expect(await failure('zstd', frames)).toMatch(
      /^ARCHIVE_TOO_LARGE control\.tar is too large: zstd frames/,
    );
  });
});
