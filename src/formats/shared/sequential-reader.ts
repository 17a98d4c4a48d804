import type { ByteSource } from '../../core/byte-source.ts';

/** Bytes per read of the source. A smaller file is read at once. */
const WINDOW_BYTES = 1_048_576;

/** Reads a source once, from its first byte to its last, in windows: each byte is asked for exactly once. */
export interface SequentialReader {
  /** Bytes that are left. */
  left(): number;
  /** The next `length` bytes, not more than are left. Answers at once when they have been read already. */
  take(length: number): Uint8Array | Promise<Uint8Array>;
  /** The next `length` bytes, in pieces. */
  pieces(length: number): AsyncGenerator<Uint8Array, void>;
}

/** Starts at the first byte. */
export function createSequentialReader(source: ByteSource): SequentialReader {
  let window: Uint8Array = new Uint8Array();
  let windowEnd = 0;

  const left = (): number => source.sizeBytes - windowEnd + window.length;

  function readNext(): Uint8Array | Promise<Uint8Array> {
    const start = windowEnd;
    const length = Math.min(WINDOW_BYTES, source.sizeBytes - start);
    const bytes = source.read(start, length);
    windowEnd += length;
    return bytes;
  }

  function cut(length: number): Uint8Array {
    const piece = window.subarray(0, length);
    window = window.subarray(length);
    return piece;
  }

  async function gather(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const piece of pieces(length)) parts.push(piece);
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  function take(length: number): Uint8Array | Promise<Uint8Array> {
    if (length > left()) throw new Error(`${source.name}: ${length} bytes wanted, ${left()} left`);
    if (length > 0 && window.length === 0) {
      const next = readNext();
      if (!(next instanceof Uint8Array)) {
        return next.then((bytes) => {
          window = bytes;
          return take(length);
        });
      }
      window = next;
    }
    return length <= window.length ? cut(length) : gather(length);
  }

  async function* pieces(length: number): AsyncGenerator<Uint8Array, void> {
    for (let rest = length; rest > 0; ) {
      if (window.length === 0) window = await readNext();
      const piece = cut(Math.min(rest, window.length));
      rest -= piece.length;
      yield piece;
    }
  }

  return { left, take, pieces };
}
