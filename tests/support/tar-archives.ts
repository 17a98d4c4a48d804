/** Tar archives put together block by block, and what the reader makes of them. */

import type { TarEntry } from '../../src/codec/tar-entry.ts';
import { sealTarHeader } from '../../src/codec/tar-header.ts';
import { createTarReader, type TarLimits } from '../../src/codec/tar-reader.ts';
import { PakhusError } from '../../src/core/pakhus-error.ts';

const LIMITS: TarLimits = { entries: 1000, metadataBytes: 1 << 20, totalBytes: 1 << 24 };
/** An entry and its data. */
type ReadEntry = TarEntry & { readonly text: string };

/** Reads an archive with its data, in chunks. */
export function readTar(
  archive: Uint8Array,
  options: { chunkBytes?: number; limits?: Partial<TarLimits> } = {},
): ReadEntry[] {
  const found: { entry: TarEntry; chunks: Uint8Array[] }[] = [];
  const reader = createTarReader({
    name: 'x.tar',
    limits: { ...LIMITS, ...options.limits },
    onEntry: (entry) => {
      const chunks: Uint8Array[] = [];
      found.push({ entry, chunks });
      return (chunk) => {
        chunks.push(chunk.slice());
      };
    },
  });
  const chunkBytes = options.chunkBytes ?? 65_536;
  for (let at = 0; at < archive.length; at += chunkBytes) {
    reader.push(archive.subarray(at, Math.min(archive.length, at + chunkBytes)));
  }
  reader.end();
  return found.map(({ entry, chunks }) => ({ ...entry, text: Buffer.concat(chunks).toString('latin1') }));
}

/** A header block with fields put in by offset. */
export function tarBlock(fields: Record<number, string | Uint8Array>): Buffer {
  const bytes = Buffer.alloc(512);
  for (const [offset, value] of Object.entries({
    100: '0000644',
    124: '00000000000',
    136: '00000000000',
    156: '0',
    257: 'ustar\x0000',
    ...fields,
  })) {
    bytes.set(typeof value === 'string' ? Buffer.from(value, 'latin1') : value, Number(offset));
  }
  sealTarHeader(bytes);
  return bytes;
}

/** A size as a header holds it. */
export function tarOctal(value: number): string {
  return value.toString(8).padStart(11, '0');
}

/** A header and its data, padded. */
export function withBody(header: Buffer, body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A pax record with its length. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return `${length} ${key}=${value}\n`;
}

/** A header of pax records or a long name, with its data. */
export function extension(typeFlag: 'x' | 'g' | 'L' | 'K', body: string): Buffer {
  return withBody(tarBlock({ 0: 'meta', 124: tarOctal(Buffer.byteLength(body)), 156: typeFlag }), body);
}

/** Code and message of what reading an archive fails with; `no error` when it does not. */
export function tarFailure(archive: Uint8Array, limits: Partial<TarLimits> = {}): string {
  try {
    readTar(archive, { limits });
  } catch (error) {
    if (error instanceof PakhusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

/** The two blocks of zeros at the end of an archive. */
export const TAR_END: Uint8Array = Buffer.alloc(1024);
