/** Sources of bytes that know the digest of all that was read. */
import type { ByteSource } from '../../core/byte-source.ts';
import { createSha256 } from '../../core/digest.ts';
import { PakhusError } from '../../core/pakhus-error.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A source whose whole digest is known in the end. */
export interface HashingSource extends ByteSource {
  /** 64 hex digits of the whole file; bytes that nobody asked for are read now. */
  sha256(): Promise<string>;
}

/** A source over bytes in memory. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    read(offset, length) {
      checkRange(name, { end: offset + length, sizeBytes: bytes.length });
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * A source over `readAt`, which answers with as many bytes as there are, up to `length`. Formats read in ascending
 * ranges, so the digest follows the reads, and gaps between them are read on the way.
 */
export function hashingSource(
  name: string,
  file: {
    readonly sizeBytes: number;
    readonly readAt: (offset: number, length: number) => Promise<Uint8Array>;
  },
): HashingSource {
  const digest = createSha256();
  let hashed = 0;
  const readExactly = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = await file.readAt(offset, length);
    checkRange(name, { end: offset + length, sizeBytes: offset + bytes.length });
    if (offset + length > hashed) {
      digest.update(bytes.subarray(hashed - offset));
      hashed = offset + length;
    }
    return bytes;
  };
  const hashUpTo = async (end: number): Promise<void> => {
    while (hashed < end) await readExactly(hashed, Math.min(CHUNK_BYTES, end - hashed));
  };
  return {
    name,
    sizeBytes: file.sizeBytes,
    async read(offset, length) {
      checkRange(name, { end: offset + length, sizeBytes: file.sizeBytes });
      await hashUpTo(offset);
      return readExactly(offset, length);
    },
    async sha256() {
      await hashUpTo(file.sizeBytes);
      return digest.hex();
    },
  };
}

function checkRange(name: string, at: { readonly end: number; readonly sizeBytes: number }): void {
  if (at.end <= at.sizeBytes) return;
  throw new PakhusError(
    'ARCHIVE_TRUNCATED',
    `${name} ends early: ${at.end} bytes expected, ${at.sizeBytes} found`,
    {
      hint: 'Fetch or build the file again.',
      details: { path: name, expected: at.end, found: at.sizeBytes },
    },
  );
}
