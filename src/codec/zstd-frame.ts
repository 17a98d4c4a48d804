/**
 * Where zstd frames end, without decompressing them (RFC 8878, section 3).
 *
 * ```
 * frame     = magic 4 │ descriptor 1 │ window 0–1 │ dictionary 0–4 │ content size 0–8 │ blocks │ checksum 0–4
 * block     = header 3: last, type, size │ `size` bytes, or 1 for a run
 * skippable = magic 4: 0x184D2A5? │ size 4 │ `size` bytes
 * ```
 */
import { archiveCorrupt, archiveTooLarge } from './archive-error.ts';

/** Follows frames through bytes that come in pieces of any size. */
export interface ZstdFrameWalker {
  /**
   * How many bytes at the front of `chunk` are of the current frame, or of the next one at a boundary; stops at its end.
   * Fails with ARCHIVE_CORRUPT on a wrong magic or block, ARCHIVE_TOO_LARGE after 16,384 frames: each costs a decoder
   * some microseconds, however small it is.
   */
  take(chunk: Uint8Array): number;
  /** True before the first frame and after each. */
  atBoundary(): boolean;
}

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RUN_BLOCK = 1;
const RESERVED_BLOCK = 3;
const MAX_FRAMES = 16_384;

type Part = 'magic' | 'skippableSize' | 'descriptor' | 'header' | 'blockHeader' | 'block' | 'lastBytes';

/** Starts before a frame. */
export function createZstdFrameWalker(context: { readonly name: string }): ZstdFrameWalker {
  let part: Part = 'magic';
  let rest = 4;
  // The bytes of the part so far, little-endian; used for parts of up to 4 bytes.
  let value = 0;
  let shift = 0;
  let hasChecksum = false;
  let frames = 0;

  function enter(next: Part, bytes: number): void {
    part = next;
    rest = bytes;
    value = 0;
    shift = 0;
  }

  function onPart(): void {
    switch (part) {
      case 'magic':
        if (value === FRAME_MAGIC) enter('descriptor', 1);
        else if (value >>> 4 === SKIPPABLE_MAGIC >>> 4) enter('skippableSize', 4);
        else throw archiveCorrupt(context.name, 'what should be a zstd frame has another magic');
        break;
      case 'skippableSize':
        enter('lastBytes', value);
        break;
      case 'descriptor':
        hasChecksum = (value & 0x04) !== 0;
        enter('header', headerBytes(value));
        break;
      case 'header':
        enter('blockHeader', 3);
        break;
      case 'blockHeader': {
        const type = (value >>> 1) & 3;
        if (type === RESERVED_BLOCK) throw archiveCorrupt(context.name, 'a zstd block has a reserved type');
        const bytes = type === RUN_BLOCK ? 1 : value >>> 3;
        if (value & 1) enter('lastBytes', bytes + (hasChecksum ? 4 : 0));
        else enter('block', bytes);
        break;
      }
      case 'block':
        enter('blockHeader', 3);
        break;
      case 'lastBytes':
        frames += 1;
        if (frames > MAX_FRAMES)
          throw archiveTooLarge(context.name, { what: 'zstd frames', limit: MAX_FRAMES });
        enter('magic', 4);
        break;
    }
  }

  const atBoundary = (): boolean => part === 'magic' && rest === 4;

  return {
    atBoundary,
    take: (chunk) => {
      let at = 0;
      while (at < chunk.length) {
        const taken = Math.min(rest, chunk.length - at);
        if (part !== 'block' && part !== 'lastBytes' && part !== 'header') {
          for (const byte of chunk.subarray(at, at + taken)) {
            value = (value | (byte << shift)) >>> 0;
            shift += 8;
          }
        }
        at += taken;
        rest -= taken;
        // Parts may be empty: one header, one block, or nothing to skip.
        while (rest === 0) onPart();
        if (atBoundary()) break;
      }
      return at;
    },
  };
}

function headerBytes(descriptor: number): number {
  const singleSegment = (descriptor >>> 5) & 1;
  const contentSize = CONTENT_SIZE_BYTES[descriptor >>> 6] ?? 0;
  const window = singleSegment ? 0 : 1;
  return window + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + (contentSize || singleSegment);
}
