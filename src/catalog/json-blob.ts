/** Blobs that hold one JSON value in a zstd frame. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { PakhusError } from '../core/pakhus-error.ts';
import { releaseBytes } from '../core/release-bytes.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { BlobRef, BlobStore } from './blobs.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Room for most values in one step. */
const CHUNK_BYTES = 1024 * 1024;
/** A list of a million leaves has fewer bytes of text. */
const LIMIT_BYTES = 512 * 1024 * 1024;

/** Writes `value` as a new blob. */
export async function putJson(blobs: BlobStore, value: unknown, options?: CallOptions): Promise<BlobRef> {
  const text = Buffer.from(JSON.stringify(value));
  const bytes = await compress(text, { chunkSize: Math.min(Math.max(text.length, 64), CHUNK_BYTES) });
  releaseBytes(text);
  return blobs.put(bytes, options);
}

/**
 * Reads a value back. `read` throws a TypeError when the value has another shape; `what` names it in messages.
 * Errors: LEDGER_CORRUPT, and those of `Storage.read`.
 */
export async function getJson<T>(
  blobs: BlobStore,
  ref: BlobRef,
  options: CallOptions & { readonly what: string; readonly read: (value: unknown) => T },
): Promise<T> {
  const { what, read, ...call } = options;
  const bytes = await blobs.get(ref, call);
  try {
    const text = await decompress(bytes, { maxOutputLength: LIMIT_BYTES });
    return read(JSON.parse(text.toString('utf8')));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new PakhusError('LEDGER_CORRUPT', `${blobs.name}/${ref.key} is no ${what}: ${cause.message}`, {
      hint: 'It may have been written by a newer pakhus: update, then try again.',
      details: { key: ref.key },
      cause,
    });
  }
}
