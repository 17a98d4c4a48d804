import { expect, test } from 'vitest';
import { ENCODINGS, TOOLS } from '../../tests/support/packed.ts';
import { sniffEncoding } from './compression-encoding.ts';

test.each(ENCODINGS)('sniffEncoding knows %s', (encoding) => {
  expect(sniffEncoding(TOOLS[encoding](Buffer.from('Package: x\n'.repeat(100))).subarray(0, 6))).toBe(
    encoding,
  );
});

test('sniffEncoding takes anything else for plain', () => {
  for (const head of ['', '\x1f', 'BZ', 'Package: x', '\xfd7zX']) {
    expect(sniffEncoding(Buffer.from(head, 'latin1'))).toBe('none');
  }
});
