import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTarNumber, parseTarOctal } from './tar-number.ts';

test.each([
  ['0000644\0', 0o644],
  ['    644 ', 0o644],
  ['77777777', 0o77777777],
  ['        ', 0],
  ['\0\0\0\0\0\0\0\0', 0],
  ['12 \0 \0\0 ', 0o12],
  ['12 3    ', undefined],
  ['12\x003    ', undefined],
  ['\x0012     ', undefined],
  ['18      ', undefined],
  ['-1      ', undefined],
  ['\t1      ', undefined],
])('octal %j is %s', (text, expected) => {
  expect(parseTarOctal(Buffer.from(text, 'latin1'), { start: 0, end: text.length })).toBe(expected);
});

test('property: only the bytes of the field are read', () => {
  fc.assert(
    fc.property(fc.nat(8 ** 11 - 1), fc.uint8Array(), fc.uint8Array(), (value, before, after) => {
      const field = Buffer.from(`${value.toString(8).padStart(11, '0')}\0`);
      const bytes = Buffer.concat([before, field, after]);
      expect(parseTarNumber(bytes, { start: before.length, end: before.length + field.length })).toBe(value);
    }),
  );
});
