import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  extension,
  paxRecord,
  readTar,
  tarBlock,
  tarFailure,
  withBody,
} from '../../tests/support/tar-archives.ts';
import { sealTarHeader } from './tar-header.ts';
import { type TarWriteEntry, writeTar } from './tar-writer.ts';

const anyEntry: fc.Arbitrary<TarWriteEntry> = fc.record({
  path: fc
    .string({ unit: 'binary', minLength: 1, maxLength: 300 })
    .map((text) => `./${text.replaceAll('\0', '0')}`)
    .filter((path) => !path.endsWith('/') && path.isWellFormed()),
  bytes: fc.uint8Array({ maxLength: 2000 }),
  mode: fc.nat(0o7777),
});

test('property: what is written is read, in any chunks', () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { maxLength: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      (entries, chunkBytes) => {
        const archive = writeTar(entries, { mtimeSeconds: 7 });
        expect(readTar(archive, { chunkBytes })).toEqual(
          entries.map((entry) => ({
            path: entry.path,
            isUtf8: true,
            type: 'file',
            linkPath: '',
            sizeBytes: entry.bytes?.length,
            mode: entry.mode,
            mtimeSeconds: 7,
            text: Buffer.from(entry.bytes ?? []).toString('latin1'),
          })),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('property: mutated archives give a PakhusError or entries', () => {
  const archive = Buffer.concat([
    extension('x', paxRecord('path', 'pax') + paxRecord('size', '700')),
    withBody(tarBlock({ 0: 'a' }), Buffer.alloc(700, 'x')),
    writeTar([{ path: 'l'.repeat(200), bytes: Buffer.from('text') }], { mtimeSeconds: 0 }),
  ]);
  const mutation = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 6 }), fc.boolean(), (mutations, sealed) => {
      const bytes = Buffer.from(archive);
      for (const [at, value] of mutations) bytes[at] = value;
      if (sealed) for (const at of [0, 1024, 2560, 3584]) sealTarHeader(bytes.subarray(at, at + 512));
      expect(tarFailure(bytes)).toMatch(/^(no error|ARCHIVE_[A-Z_]+ )/);
    }),
    { numRuns: 500 },
  );
});
