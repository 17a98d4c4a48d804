import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32Combine } from './crc32-combine.ts';

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
