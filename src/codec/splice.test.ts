import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentText, segmentTexts } from '../../tests/support/segment-texts.ts';
import { deflateSegment, gzipHead, gzipTail } from './gzip-splice.ts';
import { xzBlock, xzHead, xzTail } from './xz-splice.ts';
import { zstdFrame } from './zstd-splice.ts';

/** What the three ways of splicing have in common. */
interface Spliced {
  readonly file: Buffer;
  /** The bytes of each segment. */
  readonly parts: readonly Uint8Array[];
}
const SPLICERS: Readonly<Record<'gzip' | 'xz' | 'zstd', (texts: readonly Uint8Array[]) => Promise<Spliced>>> =
  {
    gzip: async (texts) => {
      const segments = await Promise.all(texts.map(deflateSegment));
      const parts = segments.map((segment) => segment.bytes);
      return { file: Buffer.concat([gzipHead(), ...parts, gzipTail(segments)]), parts };
    },
    xz: async (texts) => {
      const blocks = await Promise.all(texts.map((text) => xzBlock(text)));
      const parts = blocks.map((block) => block.bytes);
      return { file: Buffer.concat([xzHead(), ...parts, xzTail(blocks)]), parts };
    },
    zstd: async (texts) => {
      const parts = await Promise.all(texts.map((text) => zstdFrame(text)));
      return { file: Buffer.concat(parts), parts };
    },
  };
const FORMS = ['gzip', 'xz', 'zstd'] as const;

function unpack(form: 'gzip' | 'xz' | 'zstd', file: Uint8Array): Buffer {
  // The zstd program takes an empty file for no zstd file; apt and libarchive take it for an empty one.
  if (form === 'zstd' && file.length === 0) return Buffer.alloc(0);
  return execFileSync(form, ['-dc'], { input: file, maxBuffer: 1 << 28 });
}

describe.each(FORMS)('%s', (form) => {
  const splice = SPLICERS[form];

  test.each([
    ['no segments', []],
    ['one empty segment', ['']],
    ['empty segments between others', ['', 'Package: a\n\n', '', 'Package: b\n\n', '']],
  ])('%s: its tool reads them', async (_, texts) => {
    const { file } = await splice(texts.map((text) => Buffer.from(text)));
    expect(unpack(form, file).toString()).toBe(texts.join(''));
  });

  test('property: its tool reads what was spliced', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        const { file } = await splice(texts);
        expect(Buffer.compare(unpack(form, file), Buffer.concat(texts))).toBe(0);
        if (file.length > 0) execFileSync(form, ['-t'], { input: file, stdio: 'pipe' });
      }),
      { numRuns: 25 },
    );
  });

  test('property: the same text always gives the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(segmentTexts, async (texts) => {
        expect((await splice(texts)).file).toEqual(
          (await splice(texts.map((text) => Buffer.from(text)))).file,
        );
      }),
      { numRuns: 15 },
    );
  });

  test('property: replacing, adding or removing a segment gives what rendering all of them does', async () => {
    const edit = fc.record({
      at: fc.nat(6),
      remove: fc.nat(1),
      add: fc.array(segmentText, { maxLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(segmentTexts, edit, async (texts, { at, remove, add }) => {
        const edited = texts.toSpliced(at, remove, ...add);
        const rendered = await splice(edited);
        const kept = (await splice(texts)).parts.toSpliced(at, remove, ...(await splice(add)).parts);
        expect(Buffer.concat(kept)).toEqual(Buffer.concat(rendered.parts));
      }),
      { numRuns: 15 },
    );
  });
});
