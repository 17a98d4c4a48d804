/** Formats whose index ends with something after the packages: the zero blocks of a tar, padding. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createCatalogKit,
  packageRecord,
  renderStanzas,
  slotEdits,
  smallSettings,
} from '../../tests/support/catalog-kit.ts';
import { fileOf, indexOf, readIndexFile } from '../../tests/support/expect-index.ts';
import { sha256Hex } from '../core/digest.ts';
import type { Encoding, PackageRecord, Segment } from '../formats/format.ts';
import type { Catalog } from './catalog.ts';
import { type CatalogDeps, editCatalog } from './edit-catalog.ts';
import { compareKeys } from './package-key.ts';

const ENCODINGS: readonly Encoding[] = ['plain', 'gzip', 'xz', 'zstd'];

/** Says how much text came before it; nothing where that is a multiple of four. */
const stanzas: Segment = {
  render: renderStanzas,
  tail: (plainBytes) =>
    plainBytes % 4 === 0 && plainBytes > 0 ? new Uint8Array() : Buffer.from(`end of ${plainBytes}\n`),
};

function wholeText(records: readonly PackageRecord[]): Uint8Array {
  const text = renderStanzas(records);
  return Buffer.concat([text, stanzas.tail?.(text.length) ?? Buffer.alloc(0)]);
}

test('after any history, every file is the packages and the tail, as other tools read it', async () => {
  const step = fc.record({
    from: fc.nat(900),
    length: fc.constantFrom(1, 2, 300),
    drop: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (history) => {
      const kit = createCatalogKit({ encodings: ENCODINGS, hashed: false });
      const deps: CatalogDeps = { ...kit.deps, format: { ...kit.deps.format, segments: { stanzas } } };
      const held = new Map<string, PackageRecord>();
      let base: Catalog | undefined;
      for (const { from, length, drop } of history) {
        const records = Array.from({ length }, (_, index) => packageRecord(`p${from + index}`));
        const gone = drop ? records.filter(({ name }) => held.has(name)) : [];
        const put = drop ? [] : records;
        for (const { name } of gone) held.delete(name);
        for (const record of put) held.set(record.name, record);
        const edits = [slotEdits('amd64', { put, drop: gone })];
        ({ catalog: base } = await editCatalog(base, { settings: smallSettings(), edits }, deps));
        const text = wholeText([...held.values()].sort(compareKeys));
        for (const encoding of ENCODINGS) {
          const file = fileOf(indexOf(base), encoding);
          const bytes = await readIndexFile(kit, file);
          expect(sha256Hex(bytes)).toBe(file.sha256);
          expect(Buffer.compare(plainOf(encoding, bytes), text)).toBe(0);
        }
      }
    }),
    { numRuns: 12 },
  );
});

function plainOf(encoding: Encoding, bytes: Uint8Array): Uint8Array {
  if (encoding === 'plain') return bytes;
  return execFileSync(encoding, ['-dc'], { input: bytes, maxBuffer: 2 ** 26, stdio: 'pipe' });
}
