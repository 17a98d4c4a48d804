/** Bytes packed by the system's tools, and what `decompress` makes of them in whatever form they come. */
import { execFileSync } from 'node:child_process';
import type { CompressionEncoding } from '../../src/codec/compression-encoding.ts';
import { decompress } from '../../src/codec/decompress.ts';
import { PakhusError } from '../../src/core/pakhus-error.ts';

/** Bytes of a mebibyte. */
export const MIB = 1_048_576;
/** What has a tool. */
export type Packed = Exclude<CompressionEncoding, 'none'>;

/** Runs a tool over bytes. */
export function run(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(command, args, { input, maxBuffer: 512 * MIB, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Each at the level that packages are built with. */
export const TOOLS: Readonly<Record<Packed, (plain: Uint8Array) => Buffer>> = {
  gzip: (plain) => run('gzip', ['-9nc'], plain),
  xz: (plain) => run('xz', ['-6c'], plain),
  zstd: (plain) => run('zstd', ['-19qc'], plain),
  bzip2: (plain) => run('bzip2', ['-9c'], plain),
  lzma: (plain) => run('xz', ['--format=lzma', '-c'], plain),
};
/** Fast levels, for texts of megabytes. */
export const FAST_TOOLS: Readonly<Record<Packed, (plain: Uint8Array) => Buffer>> = {
  gzip: (plain) => run('gzip', ['-1nc'], plain),
  xz: (plain) => run('xz', ['-0c'], plain),
  zstd: (plain) => run('zstd', ['-1qc'], plain),
  bzip2: (plain) => run('bzip2', ['-9c'], plain),
  lzma: (plain) => run('xz', ['--format=lzma', '-0c'], plain),
};
export const ENCODINGS: readonly Packed[] = ['gzip', 'xz', 'zstd', 'bzip2', 'lzma'];

/** How a source can come: at once, or in chunks. */
export type Form = 'in memory' | 'in one chunk' | 'in chunks of 1000' | 'byte by byte';
const FORMS: Readonly<Record<Form, (bytes: Uint8Array) => Uint8Array | AsyncIterable<Uint8Array>>> = {
  'in memory': (bytes) => bytes,
  'in one chunk': (bytes) => chunked(bytes, bytes.length || 1),
  'in chunks of 1000': (bytes) => chunked(bytes, 1000),
  'byte by byte': (bytes) => (bytes.length < 20_000 ? chunked(bytes, 1) : chunked(bytes, 777)),
};
export const FORM_NAMES: readonly Form[] = ['in memory', 'in one chunk', 'in chunks of 1000', 'byte by byte'];

/** A source that gives `chunkBytes` at a time. */
export async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** What `decompress` gives. */
export async function plainOf(
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

/** Code and message of what `decompress` fails with; `no error` when it does not. */
export async function failure(
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
export function text(bytes: number): Buffer {
  const lines: string[] = [];
  for (let i = 0, length = 0; length < bytes; i++) {
    const line = `Package: p${(i * 7919) % 10_007}\nSHA256: ${((i * 2_654_435_761) % 2 ** 32).toString(16)}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}
