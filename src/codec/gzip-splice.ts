/**
 * One gzip member (RFC 1952) of independent segments, so that a changed index keeps the bytes of all that did not change.
 * Several members would be simpler, but some clients read only the first.
 *
 * ```
 * head 10 │ segment: deflate blocks, full flush │ segment … │ 03 00: empty last block │ CRC-32 │ plain size mod 2^32
 * ```
 * A full flush (zlib, Z_FULL_FLUSH) ends at a whole byte and forgets the window, so a segment's bytes depend on its own
 * text only.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { archiveCorrupt } from './archive-error.ts';
import { crc32Combine } from './crc32-combine.ts';
import { type Consumed, consumedOf } from './zlib-consumed.ts';
import { fromZlibError, isOverMaxOutput } from './zlib-error.ts';

/** What the tail must know of a segment. */
export interface GzipSegmentFacts {
  readonly plainBytes: number;
  /** CRC-32 of the plain text. */
  readonly crc32: number;
}

/** A compressed segment. */
export interface GzipSegment extends GzipSegmentFacts {
  readonly bytes: Uint8Array;
}

/** Magic, deflate, no flags, no time, slowest compression, Unix: what `gzip -9n` writes. */
const HEAD = [0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0x03];
const LAST_BLOCK = [0x03, 0x00];
const TAIL_BYTES = 10;
const NAME = 'a gzip segment';

// Room for a usual segment in one buffer: each further one is another turn of the event loop.
const DEFLATE_CHUNK_BYTES = 65_536;
const MIN_INFLATE_CHUNK_BYTES = 1024;
const MAX_INFLATE_CHUNK_BYTES = 4 * 1_048_576;

/** Compresses a segment at level 9, in the thread pool. An empty text has no bytes. */
export async function deflateSegment(plain: Uint8Array): Promise<GzipSegment> {
  const facts = { plainBytes: plain.length, crc32: zlib.crc32(plain) };
  if (plain.length === 0) return { ...facts, bytes: new Uint8Array() };
  const options = {
    level: 9,
    memLevel: 9,
    finishFlush: zlib.constants.Z_FULL_FLUSH,
    chunkSize: DEFLATE_CHUNK_BYTES,
  };
  return { ...facts, bytes: await promisify(zlib.deflateRaw)(plain, options) };
}

/**
 * The plain text of neighbouring segments, which must be `plainBytes` long altogether: one call of zlib for all of them.
 * Fails with ARCHIVE_CORRUPT or ARCHIVE_TRUNCATED when it is not, or when the bytes are no whole segments.
 */
export async function inflateSegments(
  segments: readonly Uint8Array[],
  plainBytes: number,
): Promise<Uint8Array> {
  // With the last block behind them segments are a complete stream: then zlib tells when they end early or late.
  const stream = Buffer.concat([...segments, Uint8Array.from(LAST_BLOCK)]);
  const { plain, usedBytes } = await inflateRaw(stream, plainBytes);
  if (usedBytes !== stream.length)
    throw archiveCorrupt(NAME, `it ends after ${usedBytes} of ${stream.length - LAST_BLOCK.length} bytes`);
  if (plain.length !== plainBytes) {
    throw archiveCorrupt(NAME, `it holds ${plain.length} bytes of plain text, expected ${plainBytes}`);
  }
  return plain;
}

/** The bytes before the first segment. */
export function gzipHead(): Uint8Array {
  return Uint8Array.from(HEAD);
}

/** The bytes after the last segment of a file of `segments`, in their order. */
export function gzipTail(segments: readonly GzipSegmentFacts[]): Uint8Array {
  let crc = 0;
  let plainBytes = 0;
  for (const segment of segments) {
    crc = crc32Combine(crc, segment.crc32, segment.plainBytes);
    plainBytes += segment.plainBytes;
  }
  const tail = new Uint8Array(TAIL_BYTES);
  tail.set(LAST_BLOCK);
  const view = new DataView(tail.buffer);
  view.setUint32(2, crc, true);
  view.setUint32(6, plainBytes % 2 ** 32, true);
  return tail;
}

/**
 * Takes a file of segments apart. Where they end is not written in it, so `segments` says how long each is.
 * Fails with ARCHIVE_CORRUPT, naming `context.name`, when head, lengths or tail are not those of such a file.
 */
export function parseGzip(
  file: Uint8Array,
  segments: readonly (GzipSegmentFacts & { readonly sizeBytes: number })[],
  context: { readonly name: string },
): Uint8Array[] {
  const bytes: Uint8Array[] = [];
  let at = HEAD.length;
  for (const { sizeBytes } of segments) {
    bytes.push(file.subarray(at, at + sizeBytes));
    at += sizeBytes;
  }
  if (file.length !== at + TAIL_BYTES) {
    throw archiveCorrupt(context.name, `it has ${file.length} bytes, its segments make ${at + TAIL_BYTES}`);
  }
  if (!equals(file.subarray(0, HEAD.length), gzipHead()))
    throw archiveCorrupt(context.name, 'its gzip head is another');
  if (!equals(file.subarray(at), gzipTail(segments)))
    throw archiveCorrupt(context.name, 'its gzip tail is another');
  return bytes;
}

function inflateRaw(stream: Uint8Array, plainBytes: number): Promise<Consumed> {
  const chunkSize = Math.min(Math.max(plainBytes, MIN_INFLATE_CHUNK_BYTES) + 1, MAX_INFLATE_CHUNK_BYTES);
  const options = { info: true, maxOutputLength: Math.max(1, plainBytes), chunkSize };
  return new Promise((resolve, reject) => {
    zlib.inflateRaw(stream, options, (error, result) => {
      if (!error) resolve(consumedOf(result));
      else if (isOverMaxOutput(error))
        reject(archiveCorrupt(NAME, `it holds over ${plainBytes} bytes of plain text`));
      else reject(fromZlibError(NAME, error));
    });
  });
}

function equals(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
