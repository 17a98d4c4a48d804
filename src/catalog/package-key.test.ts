import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys, compareUtf8, hashKey, sameRecord } from './package-key.ts';

const key = { name: 'hello', version: '1.0', architecture: 'amd64' };

describe('compareUtf8', () => {
  test('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '\u{ff5e}', '\u{1f600}', '\u{e000}', 'é', '-', '+'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe('compareKeys', () => {
  test.each([
    ['name first', { ...key, name: 'hello-dbg' }, { ...key, version: '2' }],
    [
      'then version, by bytes and not as the client sees it',
      { ...key, version: '9' },
      { ...key, version: '10' },
    ],
    ['then architecture', { ...key, architecture: 'arm64' }, key],
  ])('%s', (_, larger, smaller) => {
    expect(compareKeys(larger, smaller)).toBeGreaterThan(0);
    expect(compareKeys(smaller, larger)).toBeLessThan(0);
    expect(compareKeys(larger, { ...larger })).toBe(0);
  });
});

describe('hashKey', () => {
  test('never changes: cuts of old revisions depend on it', () => {
    expect(hashKey(key)).toBe(60_899_312);
  });

  test('spreads similar names evenly', () => {
    const hits = Array.from({ length: 19_200 }, (_, i) => hashKey({ ...key, name: `lib${i}` })).filter(
      (hash) => hash % 192 === 0,
    );
    expect(hits.length).toBeGreaterThan(60);
    expect(hits.length).toBeLessThan(140);
  });
});

describe('sameRecord', () => {
  const record = { ...key, path: 'pool/h', sizeBytes: 1, sha256: 'aa', metadata: 'Package: hello' };
  test('compares every field', () => {
    expect(sameRecord(record, { ...record })).toBe(true);
    for (const change of [
      { path: 'x' },
      { sizeBytes: 2 },
      { sha256: 'bb' },
      { metadata: '' },
      { name: 'x' },
    ]) {
      expect(sameRecord(record, { ...record, ...change })).toBe(false);
    }
  });
});
