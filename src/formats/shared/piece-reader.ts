import { archiveTruncated } from '../../codec/archive-error.ts';
import type { SequentialReader } from './sequential-reader.ts';

/** Reads bytes that come in pieces, whose number nobody knows beforehand. */
export interface PieceReader extends Pick<SequentialReader, 'take' | 'pieces'> {
  /** True when nothing is left. */
  isAtEnd(): Promise<boolean>;
  /** Some of the bytes that come next, which stay: at least one unless nothing is left. */
  peek(): Promise<Uint8Array>;
  /** Reads to the end, for damage there is damage too. */
  drain(): Promise<void>;
}

/** `source` may lend its pieces: they are copied. Fails with ARCHIVE_TRUNCATED where it ends too early. */
export function createPieceReader(
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { name }: { readonly name: string },
): PieceReader {
  const iterator = Symbol.iterator in source ? source[Symbol.iterator]() : source[Symbol.asyncIterator]();
  let window: Uint8Array = new Uint8Array();

  async function isAtEnd(): Promise<boolean> {
    while (window.length === 0) {
      const next = await iterator.next();
      if (next.done) return true;
      window = Buffer.from(next.value);
    }
    return false;
  }

  async function* pieces(length: number): AsyncGenerator<Uint8Array, void> {
    for (let rest = length; rest > 0; ) {
      if (await isAtEnd()) throw archiveTruncated(name, `it ends ${rest} bytes early`);
      const piece = window.subarray(0, rest);
      window = window.subarray(piece.length);
      rest -= piece.length;
      yield piece;
    }
  }

  function take(length: number): Uint8Array | Promise<Uint8Array> {
    if (length > window.length) return gather(length);
    const piece = window.subarray(0, length);
    window = window.subarray(length);
    return piece;
  }

  async function gather(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const piece of pieces(length)) parts.push(piece);
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  return {
    take,
    pieces,
    isAtEnd,
    peek: async () => ((await isAtEnd()) ? new Uint8Array() : window),
    async drain() {
      while (!(await isAtEnd())) window = new Uint8Array();
    },
  };
}
