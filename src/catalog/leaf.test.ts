import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PackageRecord } from '../formats/format.ts';
import { decodeLeaf, encodeLeaf, encodeRecord } from './leaf.ts';
import { compareKeys } from './package-key.ts';

const hello: PackageRecord = {
  name: 'hello',
  version: '1.0',
  architecture: 'amd64',
  path: 'pool/main/h/hello/hello_1.0_amd64.deb',
  sizeBytes: 1234,
  sha256: 'a'.repeat(64),
  metadata: 'Package: hello\nDescription: "two\n lines"',
};

function plainBytes(lines: readonly string[]): number {
  return Buffer.byteLength(`${lines.join('\n')}\n`);
}

describe('a leaf', () => {
  test('is JSON lines with the fields in one order, whatever the order in the record', () => {
    const { name, ...others } = hello;
    const turned = { ...others, name };
    expect(encodeRecord(turned)).toBe(encodeRecord(hello));
    expect(encodeRecord(hello)).toBe(
      '{"name":"hello","version":"1.0","architecture":"amd64","path":"pool/main/h/hello/hello_1.0_amd64.deb",' +
        `"sizeBytes":1234,"sha256":"${'a'.repeat(64)}","metadata":"Package: hello\\nDescription: \\"two\\n lines\\""}`,
    );
  });

  test('comes back as it was', async () => {
    const record = fc.record({
      name: fc.string({ unit: 'binary', minLength: 1 }),
      version: fc.string(),
      architecture: fc.constantFrom('amd64', 'all'),
      path: fc.string({ unit: 'grapheme' }),
      sizeBytes: fc.nat(),
      sha256: fc.constant('0'.repeat(64)),
      metadata: fc.string({ unit: 'grapheme' }),
    });
    const records = fc.uniqueArray(record, {
      minLength: 1,
      maxLength: 20,
      comparator: (a, b) => compareKeys(a, b) === 0,
    });
    await fc.assert(
      fc.asyncProperty(records, async (unsorted) => {
        const sorted = unsorted.toSorted(compareKeys);
        const lines = sorted.map(encodeRecord);
        const bytes = await encodeLeaf(lines);
        expect(await decodeLeaf(bytes, plainBytes(lines))).toEqual(sorted);
        expect(await encodeLeaf(lines)).toEqual(bytes);
      }),
    );
  });

  const line = encodeRecord(hello);
  test.each([
    ['text without an end', line, 'the last line has no end'],
    ['no JSON', 'hello\n', 'JSON'],
    ['an empty line', `${line}\n\n`, 'JSON'],
    ['a list', '[]\n', 'line 1 is no package'],
    ['a missing field', `${line.replace('"sizeBytes":1234,', '')}\n`, 'line 1 is no package'],
    ['a field too many', `${line.replace('{', '{"origin":"x",')}\n`, 'line 1 is no package'],
    ['a negative size', `${line.replace('1234', '-1')}\n`, 'line 1 is no package'],
    ['a digest that is none', `${line.replace('aaaa', 'AAAA')}\n`, 'line 1 is no package'],
    ['the same package twice', `${line}\n${line}\n`, 'hello 1.0 amd64 is out of order'],
  ])('is refused with %s', async (_, text, message) => {
    const bytes = zstdCompressSync(text);
    await expect(decodeLeaf(bytes, Buffer.byteLength(text))).rejects.toThrow(message);
  });

  test('is refused when it inflates to more or less than its run says', async () => {
    const bytes = await encodeLeaf([line]);
    await expect(decodeLeaf(bytes, plainBytes([line]) - 1)).rejects.toThrow();
    await expect(decodeLeaf(bytes, plainBytes([line]) + 1)).rejects.toThrow('bytes of text');
  });

  test('is refused when it is no UTF-8', async () => {
    await expect(decodeLeaf(zstdCompressSync(Buffer.from([0xff, 0x0a])), 2)).rejects.toThrow('utf-8');
  });
});
