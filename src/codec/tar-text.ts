import { isUtf8 } from 'node:buffer';

/** A path of a tar archive. */
export interface TarText {
  /** Bytes that are no UTF-8 come as U+FFFD. */
  readonly text: string;
  readonly isUtf8: boolean;
}

const EMPTY: TarText = { text: '', isUtf8: true };

/** The text of a field that ends with the first NUL, or where its bytes end. */
export function tarText(bytes: Buffer, start = 0, end: number = bytes.length): TarText {
  let stop = start;
  let high = 0;
  for (; stop < end; stop++) {
    const byte = bytes[stop] ?? 0;
    if (byte === 0) break;
    high |= byte;
  }
  if (stop === start) return EMPTY;
  if (high < 0x80) return { text: bytes.toString('latin1', start, stop), isUtf8: true };
  return { text: bytes.toString('utf8', start, stop), isUtf8: isUtf8(bytes.subarray(start, stop)) };
}
