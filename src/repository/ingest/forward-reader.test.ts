import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createForwardReader } from './forward-reader.ts';

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

async function* pieces(sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield BYTES.subarray(at, at + size);
    at += size;
  }
  yield BYTES.subarray(at);
}

test('ascending ranges are what they are, in whatever pieces the bytes come', async () => {
  const range = fc.record({ offset: fc.nat(110), length: fc.nat(110) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { maxLength: 5 }),
      fc.array(range, { maxLength: 6 }),
      async (sizes, ranges) => {
        const reader = createForwardReader(pieces(sizes));
        for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset))
          expect([...(await reader.readAt(offset, length))]).toEqual([
            ...BYTES.subarray(offset, offset + length),
          ]);
      },
    ),
  );
});

test('what is passed cannot be had again', async () => {
  const reader = createForwardReader(pieces([]));
  await reader.readAt(50, 10);
  await expect(reader.readAt(40, 1)).rejects.toThrow('50 is passed');
});

test('a read that is given up ends', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield BYTES;
    } finally {
      ended = true;
    }
  }
  const reader = createForwardReader(endless());
  await reader.readAt(0, 10);
  await reader.close();
  expect(ended).toBe(true);
});
