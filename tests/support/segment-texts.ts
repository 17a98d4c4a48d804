/** Texts to splice, and the failures of taking them apart. */
import fc from 'fast-check';
import { PakhusError } from '../../src/core/pakhus-error.ts';

const stanza = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9+.-]{1,20}$/), fc.nat(99), fc.base64String({ maxLength: 60 }))
  .map(([name, version, digest]) => `Package: ${name}\nVersion: ${version}\nSHA256: ${digest}\n\n`);
/** Stanzas, nothing, or any bytes. */
export const segmentText: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(stanza, { maxLength: 60 }).map((stanzas) => Buffer.from(stanzas.join(''))),
  },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
);
/** The segments of a file, none at times. */
export const segmentTexts: fc.Arbitrary<Buffer[]> = fc.array(segmentText, { maxLength: 6 });

/** The error that `work` fails with. */
export async function failureOf(work: () => unknown): Promise<PakhusError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof PakhusError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
