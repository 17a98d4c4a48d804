import { archiveCorrupt, archiveTruncated } from './archive-error.ts';

/** Bits, most significant first, of bytes that are added at the end and dropped at the front. */
export interface BitReader {
  /** Adds bytes. */
  append(chunk: Uint8Array): void;
  /** Says that nothing follows. */
  finish(): void;
  /** Whole bytes that can be read. */
  availableBytes(): number;
  /** The next `count` bits, 1 to 24. Fails with ARCHIVE_TRUNCATED at the end. */
  read(count: number): number;
  /** The next byte, not taken; from a whole byte on, and there must be one. */
  peekByte(): number;
  /** Skips to the next whole byte. */
  align(): void;
  /** Takes all the bytes that are there, from a whole byte on. */
  takeRest(): Uint8Array;
}

/** Starts with no bytes. */
export function createBitReader(context: { readonly name: string }): BitReader {
  let bytes = new Uint8Array(0);
  let end = 0;
  let at = 0;
  let buffer = 0;
  let buffered = 0;
  let finished = false;

  return {
    append: (chunk) => {
      if (end + chunk.length > bytes.length) {
        // Bytes whose bits wait in `buffer` are kept: they may still be looked at as bytes.
        const from = at - (buffered >>> 3);
        const needed = end - from + chunk.length;
        const target = needed > bytes.length / 2 ? new Uint8Array(needed * 2) : bytes;
        if (target === bytes) target.copyWithin(0, from, end);
        else target.set(bytes.subarray(from, end));
        bytes = target;
        end -= from;
        at -= from;
      }
      bytes.set(chunk, end);
      end += chunk.length;
    },
    finish: () => {
      finished = true;
    },
    availableBytes: () => end - at + Math.floor(buffered / 8),
    read: (count) => {
      while (buffered < count) {
        if (at === end) {
          if (finished) throw archiveTruncated(context.name, 'the compressed data has no end');
          throw archiveCorrupt(context.name, 'a bzip2 block is longer than any encoder makes it');
        }
        // At most 23 bits are kept, so 31 are never exceeded.
        buffer = ((buffer << 8) | (bytes[at++] ?? 0)) & 0x7fffffff;
        buffered += 8;
      }
      buffered -= count;
      return (buffer >>> buffered) & ((1 << count) - 1);
    },
    align: () => {
      buffered -= buffered % 8;
    },
    peekByte: () => bytes[at - buffered / 8] ?? 0,
    takeRest: () => {
      const rest = bytes.slice(at - buffered / 8, end);
      buffered = 0;
      at = end;
      return rest;
    },
  };
}
