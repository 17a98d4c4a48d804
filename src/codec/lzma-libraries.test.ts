/** Both libraries give the same: node-liblzma, and lzma-native for machines where that one cannot be loaded. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FAST_TOOLS, MIB, run, TOOLS, text } from '../../tests/support/packed.ts';
import { type Liblzma, liblzma } from './liblzma.ts';
import { createLiblzmaDecoder } from './liblzma-decoder.ts';
import { encodeXzWithLiblzma } from './liblzma-encoder.ts';
import type { LzmaDecoder } from './lzma-decoder.ts';
import { createLzmaNativeDecoder } from './lzma-native-decoder.ts';
import { encodeXzWithLzmaNative } from './lzma-native-encoder.ts';
import { parseXz } from './xz-splice.ts';

const NAME = { name: 'control.tar.xz' };

interface Library {
  decoder(): LzmaDecoder;
  encode(plain: Uint8Array): Promise<Uint8Array>;
}

const LZMA_NATIVE: Library = {
  decoder: () => createLzmaNativeDecoder('xz', NAME),
  encode: (plain) => encodeXzWithLzmaNative(plain, { preset: 6 }),
};

function nodeLiblzma(binding: Liblzma): Library {
  return {
    decoder: () => createLiblzmaDecoder(binding, NAME),
    encode: (plain) => encodeXzWithLiblzma(binding, { plain, preset: 6 }),
  };
}

function decode(decoder: LzmaDecoder, packed: Uint8Array): Buffer {
  try {
    return Buffer.concat([...decoder.pieces(packed), ...decoder.end()]);
  } finally {
    decoder.close();
  }
}

describe('lzma-native', () => behavesAsXz(LZMA_NATIVE));

// No failure in CI either: the library is optional, and a machine without a compiler is one to support.
const lack = '[skipped: neither prebuilt for this machine nor compiled]';
const binding = liblzma;
if (binding) describe('node-liblzma', () => behavesAsXz(nodeLiblzma(binding)));
else describe.skip(`node-liblzma ${lack}`, () => behavesAsXz(LZMA_NATIVE));

function behavesAsXz({ decoder, encode }: Library): void {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['text', text(300_000)],
    ['what cannot be compressed', randomBytes(3 * MIB)],
  ])('%s is compressed in one block, and xz reads it', async (_, plain) => {
    const packed = await encode(plain);
    expect(parseXz(packed, NAME)).toHaveLength(plain.length === 0 ? 0 : 1);
    expect(Buffer.compare(run('xz', ['-dc'], packed), plain)).toBe(0);
    expect(Buffer.compare(decode(decoder(), packed), plain)).toBe(0);
  });

  test('encoders work side by side, and give the same bytes for the same text', async () => {
    const plain = text(200_000);
    const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => encode(plain)));
    for (const other of others) expect(other).toEqual(first);
  });

  test('a bomb is unpacked no faster than its pieces are read', () => {
    const bomb = FAST_TOOLS.xz(Buffer.alloc(64 * MIB));
    const held = decoder();
    const [first] = held.pieces(bomb);
    held.close();
    expect(first?.length).toBeLessThanOrEqual(65_536);
  });

  test('a dictionary of 64 MiB is fine, one of 512 MiB is ARCHIVE_TOO_LARGE', () => {
    const plain = text(1000);
    expect(decode(decoder(), run('xz', ['-9c'], plain))).toEqual(plain);
    expect(() => decode(decoder(), run('xz', ['--lzma2=dict=512MiB', '-c'], plain))).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_TOO_LARGE' }),
    );
  });

  test('a missing end is ARCHIVE_TRUNCATED, another format ARCHIVE_CORRUPT', () => {
    const packed = TOOLS.xz(text(1000));
    expect(() => decode(decoder(), packed.subarray(0, -1))).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_TRUNCATED' }),
    );
    expect(() => decode(decoder(), Buffer.from('<html>404 Not Found</html>'))).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_CORRUPT' }),
    );
  });
}
