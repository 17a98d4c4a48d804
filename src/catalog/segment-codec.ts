/** How a file of segments is put together and taken apart, for each encoding that has a segment per leaf. */
import { deflateSegment, gzipHead, gzipTail, inflateSegments } from '../codec/gzip-splice.ts';
import { unzstdFrame, zstdFrame } from '../codec/zstd-splice.ts';
import type { SplicedEncoding } from './segment-table.ts';

export interface SegmentCodec {
  /** What a file starts with. */
  head(): Uint8Array;
  encode(text: Uint8Array): Promise<EncodedSegment>;
  /** The text of neighbouring segments, in as many pieces as come easily. */
  decode(segments: readonly SegmentBytes[]): Promise<readonly Uint8Array[]>;
  /** What a file with these segments ends with. */
  tail(segments: readonly SegmentSizes[]): Uint8Array;
}

export interface EncodedSegment {
  readonly bytes: Uint8Array;
  /** Of the text; gzip only. */
  readonly crc32?: number;
}

export interface SegmentBytes {
  readonly bytes: Uint8Array;
  /** Of the text. */
  readonly plainBytes: number;
}

export interface SegmentSizes {
  readonly plainBytes: number;
  readonly crc32?: number;
}

/** A frame without content, since a file without frames is not zstd: RFC 8878, section 3.1.1. */
const EMPTY_ZSTD_FRAME = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00];

const NOTHING = (): Uint8Array => new Uint8Array(0);

export const SEGMENT_CODECS: Readonly<Record<SplicedEncoding, SegmentCodec>> = {
  plain: {
    head: NOTHING,
    encode: async (bytes) => ({ bytes }),
    decode: async (segments) => segments.map(({ bytes }) => bytes),
    tail: NOTHING,
  },
  gzip: {
    head: gzipHead,
    async encode(text) {
      const { bytes, crc32 } = await deflateSegment(text);
      return { bytes, crc32 };
    },
    async decode(segments) {
      const plainBytes = segments.reduce((sum, segment) => sum + segment.plainBytes, 0);
      return [
        await inflateSegments(
          segments.map(({ bytes }) => bytes),
          plainBytes,
        ),
      ];
    },
    tail: (segments) =>
      gzipTail(
        segments.map(({ plainBytes, crc32 }) => {
          if (crc32 === undefined) throw new Error('a gzip segment has no CRC-32');
          return { plainBytes, crc32 };
        }),
      ),
  },
  zstd: {
    head: NOTHING,
    encode: async (text) => ({ bytes: await zstdFrame(text) }),
    decode: (segments) =>
      Promise.all(segments.map(({ bytes, plainBytes }) => unzstdFrame(bytes, plainBytes))),
    tail: (segments) => Uint8Array.from(segments.length === 0 ? EMPTY_ZSTD_FRAME : []),
  },
};
