import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFileLines, parseFileLines } from './file-lines.ts';

const SHA256 = 'a'.repeat(64);
const files = fc.array(
  fc.record({
    name: fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !name.includes('\n')),
    sizeBytes: fc.maxSafeNat(),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  }),
  { minLength: 1, maxLength: 20 },
);

test('property: what was written is read', () => {
  fc.assert(
    fc.property(files, (list) => {
      expect([...parseFileLines(encodeFileLines(list))]).toEqual(list);
    }),
  );
});

describe('anything else is refused, with its line', () => {
  test.each([
    ['nothing', '', 1],
    ['an empty line at the end', `${SHA256} 1 a\n`, 2],
    ['no name', `${SHA256} 1 `, 1],
    ['no size', `${SHA256} a`, 1],
    ['a size below nothing', `${SHA256} -1 a`, 1],
    ['a size that is no whole number', `${SHA256} 1.5 a`, 1],
    ['a size over 2^53', `${SHA256} 9007199254740992 a`, 1],
    ['a size in another way of writing', `${SHA256} 01 a`, 1],
    ['two spaces', `${SHA256}  1 a`, 1],
  ])('%s', (_what, text, line) => {
    expect(() => parseFileLines(text)).toThrow(
      new TypeError(`line ${line}: expected '<sha256> <bytes> <name>'`),
    );
  });
});
