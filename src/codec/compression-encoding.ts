/** How bytes are compressed; `lzma`: the older format of LZMA Utils, without magic and checksum. */
export type CompressionEncoding = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'lzma';

const MAGICS: readonly (readonly [CompressionEncoding, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  // Properties byte and the low bytes of the dictionary size as every encoder writes them.
  ['lzma', [0x5d, 0x00, 0x00]],
];

/** Tells the compression by the first bytes (6 are enough); `none` when they are of no known one. */
export function sniffEncoding(head: Uint8Array): CompressionEncoding {
  const match = MAGICS.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  return match?.[0] ?? 'none';
}
