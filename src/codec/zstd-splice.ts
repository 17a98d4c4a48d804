/** A zstd file of independent segments: one frame each, one after the other (RFC 8878, section 3.1). */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { archiveCorrupt, archiveTruncated } from './archive-error.ts';
import { fromZlibError, isOverMaxOutput } from './zlib-error.ts';
import { createZstdFrameWalker } from './zstd-frame.ts';

/** Where a frame is in its file. */
export interface ZstdFrame {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** On segments of 256 packages 8 % smaller than level 3; 19 is 8 % smaller still and takes twenty times as long. */
const DEFAULT_LEVEL = 9;
const NAME = 'a zstd frame';
/** Each buffer is a turn of the event loop, so there should be few. */
const CHUNK_BYTES = 65_536;

/** Compresses a segment, in the thread pool; with its size and a checksum, as zstd does. */
export function zstdFrame(plain: Uint8Array, options: { readonly level?: number } = {}): Promise<Uint8Array> {
  const { constants } = zlib;
  return promisify(zlib.zstdCompress)(plain, {
    chunkSize: CHUNK_BYTES,
    params: {
      [constants.ZSTD_c_compressionLevel]: options.level ?? DEFAULT_LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}

/**
 * The plain text of a frame, which must be `plainBytes` long. Fails with ARCHIVE_CORRUPT or ARCHIVE_TRUNCATED when it
 * is not, or when the bytes are not exactly one frame.
 */
export async function unzstdFrame(bytes: Uint8Array, plainBytes: number): Promise<Uint8Array> {
  const frames = parseZstd(bytes, { name: NAME });
  if (frames.length !== 1) throw archiveCorrupt(NAME, `there are ${frames.length} frames, expected one`);
  const plain = await decompressFrame(bytes, plainBytes);
  if (plain.length !== plainBytes) {
    throw archiveCorrupt(NAME, `it holds ${plain.length} bytes of plain text, expected ${plainBytes}`);
  }
  return plain;
}

/** The frames of a file. Fails with ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, or, over 16,384 frames, ARCHIVE_TOO_LARGE. */
export function parseZstd(file: Uint8Array, context: { readonly name: string }): ZstdFrame[] {
  const walker = createZstdFrameWalker(context);
  const frames: ZstdFrame[] = [];
  for (let offset = 0; offset < file.length; ) {
    const sizeBytes = walker.take(file.subarray(offset));
    if (!walker.atBoundary()) throw archiveTruncated(context.name, 'its last zstd frame has no end');
    frames.push({ offset, sizeBytes });
    offset += sizeBytes;
  }
  return frames;
}

async function decompressFrame(bytes: Uint8Array, plainBytes: number): Promise<Uint8Array> {
  try {
    const maxOutputLength = Math.max(1, plainBytes);
    return await promisify(zlib.zstdDecompress)(bytes, { maxOutputLength, chunkSize: CHUNK_BYTES });
  } catch (error) {
    if (isOverMaxOutput(error)) throw archiveCorrupt(NAME, `it holds over ${plainBytes} bytes of plain text`);
    throw fromZlibError(NAME, error);
  }
}
