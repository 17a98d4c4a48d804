import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENCODINGS, FORM_NAMES, failure, MIB, plainOf, TOOLS, text } from '../../tests/support/packed.ts';

test.each(ENCODINGS)('property: %s gives back what its tool packed', async (encoding) => {
  const plain = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc
      .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 700 })), { maxLength: 30 })
      .map((runs) => Buffer.concat(runs.map(([byte, length]) => Buffer.alloc(length, byte)))),
  );
  await fc.assert(
    fc.asyncProperty(plain, fc.constantFrom(...FORM_NAMES), async (bytes, form) => {
      const found = await plainOf(encoding, TOOLS[encoding](bytes), { form });
      expect(Buffer.compare(found, bytes)).toBe(0);
    }),
    { numRuns: 15 },
  );
});

test.each(ENCODINGS)('property: mutated %s gives a PakhusError or bytes', async (encoding) => {
  const packed = TOOLS[encoding](text(3000));
  const mutation = fc.tuple(fc.nat(packed.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(mutation, { maxLength: 4 }),
      fc.nat(packed.length),
      fc.constantFrom(...FORM_NAMES),
      async (mutations, length, form) => {
        const bytes = Buffer.from(packed);
        for (const [at, value] of mutations) bytes[at] = value;
        for (const variant of [bytes, bytes.subarray(0, length), bytes.subarray(length)]) {
          const found = await failure(encoding, variant, { form, limitBytes: MIB });
          expect(found).toMatch(/^(no error|ARCHIVE_[A-Z_]+ )/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
