import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { PakhusError } from '../core/pakhus-error.ts';
import { AR_HEADER_BYTES, AR_MAGIC, arPaddedBytes, parseArHeader } from './ar.ts';
import { type CompressionEncoding, sniffEncoding } from './compression-encoding.ts';
import { decompress } from './decompress.ts';

const FIXTURES = new URL('../../tests/fixtures/deb/', import.meta.url);
const MIB = 1_048_576;
type Packed = Exclude<CompressionEncoding, 'none'>;

function run(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(command, args, { input, maxBuffer: 512 * MIB, stdio: ['pipe', 'pipe', 'ignore'] });
}

const TOOLS: Readonly<Record<Packed, (plain: Uint8Array) => Buffer>> = {
  gzip: (plain) => run('gzip', ['-9nc'], plain),
  xz: (plain) => run('xz', ['-6c'], plain),
  zstd: (plain) => run('zstd', ['-19qc'], plain),
  bzip2: (plain) => run('bzip2', ['-9c'], plain),
  lzma: (plain) => run('xz', ['--format=lzma', '-c'], plain),
};
/** Fast levels, for texts of megabytes. */
const FAST_TOOLS: Readonly<Record<Packed, (plain: Uint8Array) => Buffer>> = {
  gzip: (plain) => run('gzip', ['-1nc'], plain),
  xz: (plain) => run('xz', ['-0c'], plain),
  zstd: (plain) => run('zstd', ['-1qc'], plain),
  bzip2: (plain) => run('bzip2', ['-9c'], plain),
  lzma: (plain) => run('xz', ['--format=lzma', '-0c'], plain),
};
const ENCODINGS: readonly Packed[] = ['gzip', 'xz', 'zstd', 'bzip2', 'lzma'];

/** How a source can come: at once, or in chunks. */
const FORMS = {
  'in memory': (bytes: Uint8Array) => bytes,
  'in one chunk': (bytes: Uint8Array) => chunked(bytes, bytes.length || 1),
  'in chunks of 1000': (bytes: Uint8Array) => chunked(bytes, 1000),
  'byte by byte': (bytes: Uint8Array) => (bytes.length < 20_000 ? chunked(bytes, 1) : chunked(bytes, 777)),
} as const;
type Form = keyof typeof FORMS;
const FORM_NAMES: readonly Form[] = ['in memory', 'in one chunk', 'in chunks of 1000', 'byte by byte'];

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function plainOf(
  encoding: CompressionEncoding,
  bytes: Uint8Array,
  options: { form?: Form; limitBytes?: number } = {},
): Promise<Buffer> {
  const source = FORMS[options.form ?? 'in memory'](bytes);
  const pieces: Uint8Array[] = [];
  const limitBytes = options.limitBytes ?? 64 * MIB;
  for await (const piece of decompress(encoding, source, { name: 'control.tar', limitBytes }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

async function failure(
  encoding: CompressionEncoding,
  bytes: Uint8Array,
  options: { form?: Form; limitBytes?: number } = {},
): Promise<string> {
  try {
    await plainOf(encoding, bytes, options);
  } catch (error) {
    if (error instanceof PakhusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

/** Text that compresses like an index, the same every time. */
function text(bytes: number): Buffer {
  const lines: string[] = [];
  for (let i = 0, length = 0; length < bytes; i++) {
    const line = `Package: p${(i * 7919) % 10_007}\nSHA256: ${((i * 2_654_435_761) % 2 ** 32).toString(16)}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}

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

describe('large input', () => {
  const large = text(5 * MIB);
  const packedLarge = new Map<Packed, Buffer>();
  const packLarge = (encoding: Packed): Buffer => packedLarge.get(encoding) ?? Buffer.alloc(0);

  beforeAll(() => {
    for (const encoding of ENCODINGS) packedLarge.set(encoding, FAST_TOOLS[encoding](large));
  });

  test.each(ENCODINGS)('%s: plain text over 4 MiB comes in pieces', async (encoding) => {
    const packed = packLarge(encoding);
    expect(Buffer.compare(await plainOf(encoding, packed), large)).toBe(0);
    expect(await failure(encoding, packed, { limitBytes: 4.5 * MIB })).toMatch(/^ARCHIVE_TOO_LARGE/);
    let sizeBytes = 0;
    for await (const piece of decompress(encoding, packed, { name: 'x', limitBytes: 8 * MIB })) {
      expect(piece.length).toBeLessThanOrEqual(65_536);
      sizeBytes += piece.length;
    }
    expect(sizeBytes).toBe(large.length);
  });

  test.each(ENCODINGS)('%s: a bomb stops at the limit', async (encoding) => {
    const bomb = FAST_TOOLS[encoding](Buffer.alloc(32 * MIB));
    expect(await failure(encoding, bomb, { limitBytes: MIB })).toMatch(/^ARCHIVE_TOO_LARGE/);
    expect(await failure(encoding, bomb, { limitBytes: 8 * MIB })).toMatch(/^ARCHIVE_TOO_LARGE/);
    expect(await failure(encoding, bomb, { limitBytes: 8 * MIB, form: 'in one chunk' })).toMatch(
      /^ARCHIVE_TOO_LARGE/,
    );
  });

  test.each(ENCODINGS)(
    '%s: the source is closed when the pieces are not wanted any more',
    async (encoding) => {
      const packed = packLarge(encoding);
      let closed = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield* chunked(packed, 4096);
        } finally {
          closed = true;
        }
      }
      for await (const _ of decompress(encoding, source(), { name: 'x', limitBytes: 64 * MIB })) break;
      await expect.poll(() => closed).toBe(true);
    },
  );

  test.each(ENCODINGS)('%s: what the source throws comes through', async (encoding) => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield TOOLS[encoding](SMALL).subarray(0, 100);
      throw new PakhusError('STORE_UNAVAILABLE', 'gone');
    }
    const read = async (): Promise<void> => {
      for await (const _ of decompress(encoding, source(), { name: 'x', limitBytes: MIB }));
    };
    await expect(read()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('a source that is taken slowly is not read ahead', async () => {
    const packed = packLarge('gzip');
    let givenBytes = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunked(packed, 16_384)) {
        givenBytes += chunk.length;
        yield chunk;
      }
    }
    for await (const _ of decompress('gzip', source(), { name: 'x', limitBytes: 64 * MIB })) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      break;
    }
    expect(givenBytes).toBeLessThan(packed.length / 2);
  });
});

describe('memory', () => {
  test.each([
    ['xz', 'xz', ['-9c']],
    ['zstd', 'zstd', ['-3', '--long=27', '-qc']],
    ['bzip2', 'bzip2', ['-1c']],
  ] as const)('%s: what packages are built with is accepted', async (encoding, command, args) => {
    expect(await plainOf(encoding, run(command, args, SMALL))).toEqual(SMALL);
  });

  test.each([
    ['an xz dictionary of 512 MiB', 'xz', 'xz', ['--lzma2=dict=512MiB', '-c']],
    ['a zstd window of 256 MiB', 'zstd', 'zstd', ['--long=28', '-qc']],
  ] as const)('%s is ARCHIVE_TOO_LARGE', async (_, encoding, command, args) => {
    const packed = run(command, args, SMALL);
    for (const form of FORM_NAMES)
      expect(await failure(encoding, packed, { form })).toMatch(/^ARCHIVE_TOO_LARGE/);
  });

  test('more than 16,384 zstd frames are ARCHIVE_TOO_LARGE', async () => {
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
    const frames = Buffer.concat(Array.from({ length: 16_385 }, () => skippable));
    expect(await failure('zstd', frames)).toMatch(
      /^ARCHIVE_TOO_LARGE control\.tar is too large: zstd frames/,
    );
  });
});

test('skippable zstd frames are skipped', async () => {
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const packed = zlib.zstdCompressSync(SMALL);
  const bytes = Buffer.concat([skippable, packed, skippable]);
  for (const form of FORM_NAMES) expect(await plainOf('zstd', bytes, { form })).toEqual(SMALL);
});

describe('packages of dpkg-deb', () => {
  const folder = new URL('pool/matrix/', FIXTURES);
  const suffixes: Readonly<Record<string, CompressionEncoding>> = {
    '.tar': 'none',
    '.tar.gz': 'gzip',
    '.tar.xz': 'xz',
    '.tar.zst': 'zstd',
    '.tar.bz2': 'bzip2',
  };

  test.each(readdirSync(folder))('%s unpacks to tar archives', async (file) => {
    const deb = readFileSync(new URL(file, folder));
    for (let at = AR_MAGIC.length; at < deb.length; ) {
      const member = parseArHeader(deb.subarray(at, at + AR_HEADER_BYTES), { name: file });
      const bytes = deb.subarray(at + AR_HEADER_BYTES, at + AR_HEADER_BYTES + member.sizeBytes);
      at += AR_HEADER_BYTES + arPaddedBytes(member.sizeBytes);
      const encoding = suffixes[member.name.replace(/^(control|data)/, '')];
      if (encoding === undefined) continue;
      expect(sniffEncoding(bytes)).toBe(encoding);
      for (const form of FORM_NAMES) {
        const plain = await plainOf(encoding, bytes, { form });
        expect(plain.toString('latin1', 257, 262)).toBe('ustar');
        expect(plain.length % 512).toBe(0);
      }
    }
  });
});

test.each(ENCODINGS)('sniffEncoding knows %s', (encoding) => {
  expect(sniffEncoding(TOOLS[encoding](SMALL).subarray(0, 6))).toBe(encoding);
});

test('sniffEncoding takes anything else for plain', () => {
  for (const head of ['', '\x1f', 'BZ', 'Package: x', '\xfd7zX']) {
    expect(sniffEncoding(Buffer.from(head, 'latin1'))).toBe('none');
  }
});

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
