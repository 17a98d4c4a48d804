import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ENCODINGS, FORM_NAMES, failure, plainOf, TOOLS, text } from '../../tests/support/packed.ts';

const SMALL = text(10_000);
const every = ENCODINGS.flatMap((encoding) => FORM_NAMES.map((form) => [encoding, form] as const));

describe.each(every)('%s %s', (encoding, form) => {
  const packed = TOOLS[encoding](SMALL);

  test('gives the plain text', async () => {
    expect(await plainOf(encoding, packed, { form })).toEqual(SMALL);
  });

  test('gives an empty text', async () => {
    expect(await plainOf(encoding, TOOLS[encoding](new Uint8Array()), { form })).toHaveLength(0);
  });

  test('keeps the limit to the byte', async () => {
    expect(await plainOf(encoding, packed, { form, limitBytes: SMALL.length })).toHaveLength(SMALL.length);
    expect(await failure(encoding, packed, { form, limitBytes: SMALL.length - 1 })).toMatch(
      /^ARCHIVE_TOO_LARGE control\.tar is too large/,
    );
    expect(await failure(encoding, packed, { form, limitBytes: 0 })).toMatch(/^ARCHIVE_TOO_LARGE/);
  });

  test.each([0, 1, 5, 12, 1000])('%i bytes of it are ARCHIVE_TRUNCATED', async (length) => {
    expect(await failure(encoding, packed.subarray(0, length), { form })).toMatch(
      /^ARCHIVE_TRUNCATED control\.tar is truncated/,
    );
  });

  test('without its last byte it is ARCHIVE_TRUNCATED', async () => {
    expect(await failure(encoding, packed.subarray(0, -1), { form })).toMatch(/^ARCHIVE_TRUNCATED/);
  });

  test('zeros may follow', async () => {
    const padded = Buffer.concat([packed, Buffer.alloc(1024)]);
    expect(await plainOf(encoding, padded, { form })).toEqual(SMALL);
  });

  test.each([
    ['other bytes', Buffer.from('these bytes are not compressed')],
    [
      'other bytes after zeros',
      Buffer.concat([Buffer.alloc(16), Buffer.from('these bytes are not compressed')]),
    ],
  ])('%s may not follow: ARCHIVE_CORRUPT', async (_, junk) => {
    expect(await failure(encoding, Buffer.concat([packed, junk]), { form })).toMatch(
      /^ARCHIVE_CORRUPT control\.tar/,
    );
  });

  test('one changed byte is ARCHIVE_CORRUPT', async () => {
    // lzma has no checksum: a changed byte shows only in the plain text.
    const changed = Buffer.from(packed);
    const at = encoding === 'lzma' ? 0 : Math.floor(packed.length / 2);
    changed[at] = encoding === 'lzma' ? 0xff : (changed[at] ?? 0) ^ 0x55;
    expect(await failure(encoding, changed, { form })).toMatch(/^ARCHIVE_CORRUPT/);
  });

  test('text instead is ARCHIVE_CORRUPT', async () => {
    expect(await failure(encoding, Buffer.from('<html>404 Not Found</html>'.repeat(20)), { form })).toMatch(
      /^ARCHIVE_CORRUPT/,
    );
  });
});

describe.each(every.filter(([encoding]) => encoding !== 'lzma'))(
  '%s %s, several in a row',
  (encoding, form) => {
    const packed = TOOLS[encoding](SMALL);
    const empty = TOOLS[encoding](new Uint8Array());

    test('are joined', async () => {
      const joined = Buffer.concat([packed, empty, packed, Buffer.alloc(encoding === 'xz' ? 8 : 0), packed]);
      expect(await plainOf(encoding, joined, { form })).toEqual(Buffer.concat([SMALL, SMALL, SMALL]));
    });

    test('the last of them is truncated', async () => {
      const joined = Buffer.concat([packed, packed.subarray(0, -1)]);
      expect(await failure(encoding, joined, { form })).toMatch(/^ARCHIVE_TRUNCATED/);
    });
  },
);

describe('none', () => {
  test.each(FORM_NAMES)('%s passes through, within the limit', async (form) => {
    expect(await plainOf('none', SMALL, { form, limitBytes: SMALL.length })).toEqual(SMALL);
    expect(await failure('none', SMALL, { form, limitBytes: SMALL.length - 1 })).toMatch(
      /^ARCHIVE_TOO_LARGE/,
    );
  });
});

test('skippable zstd frames are skipped', async () => {
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const packed = zlib.zstdCompressSync(SMALL);
  const bytes = Buffer.concat([skippable, packed, skippable]);
  for (const form of FORM_NAMES) expect(await plainOf('zstd', bytes, { form })).toEqual(SMALL);
});
