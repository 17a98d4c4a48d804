/** The numbers of tar headers: octal text, or GNU base-256. Read byte by byte, for a package has dozens of them. */

const SPACE = 0x20;
const ZERO = 0x30;
const SEVEN = 0x37;

/** Where a field is in its bytes. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Octal text, or base-256 when the first bit is set; blank is 0; undefined when neither. */
export function parseTarNumber(bytes: Uint8Array, field: Range): number | undefined {
  return byteAt(bytes, field.start) & 0x80 ? parseBase256(bytes, field) : parseTarOctal(bytes, field);
}

/** Spaces, digits, then spaces and NULs to the end of the field; undefined when there is anything else. */
export function parseTarOctal(bytes: Uint8Array, field: Range): number | undefined {
  const { end } = field;
  let at = field.start;
  while (at < end && bytes[at] === SPACE) at++;
  let value = 0;
  for (; at < end; at++) {
    const byte = byteAt(bytes, at);
    if (byte < ZERO || byte > SEVEN) break;
    value = value * 8 + (byte - ZERO);
  }
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 0 && byte !== SPACE) return undefined;
  }
  return value;
}

/** Two's complement, big-endian, without the topmost bit. */
function parseBase256(bytes: Uint8Array, field: Range): number {
  const first = byteAt(bytes, field.start);
  const negative = (first & 0x40) !== 0;
  let value = negative ? (first | 0x80) - 256 : first & 0x3f;
  for (let at = field.start + 1; at < field.end; at++) value = value * 256 + byteAt(bytes, at);
  return value;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
