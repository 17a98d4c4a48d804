/** Data as one line of JSON. */
import { PakhusError } from '../core/pakhus-error.ts';

// DEL, C1 and the characters that end or reorder a line: JSON takes them as they are, terminals and line readers do not.
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * As `JSON.stringify`, on one line of printable characters. Maps become objects, sets lists, big integers text, errors objects
 * with code, message and hint.
 */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    if (inner instanceof Map) return Object.fromEntries(inner);
    if (inner instanceof Set) return [...inner];
    if (inner instanceof PakhusError)
      return { code: inner.code, message: inner.message, hint: inner.hint, details: inner.details };
    if (inner instanceof Error) return { message: inner.message };
    return inner;
  });
  return json.replace(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What is opened by {@link jsonPieces}: lists in objects in lists in an object. */
const OPENED_LEVELS = 4;

/** {@link toJson} in pieces, so that the text of 60,000 packages is never in memory as a whole. */
export function* jsonPieces(value: unknown, levels: number = OPENED_LEVELS): Generator<string> {
  if (levels === 0 || !isPlain(value)) {
    yield toJson(value ?? null);
    return;
  }
  const isList = Array.isArray(value);
  let before = isList ? '[' : '{';
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined && !isList) continue;
    yield isList ? before : `${before}${toJson(key)}:`;
    yield* jsonPieces(inner, levels - 1);
    before = ',';
  }
  yield (before === ',' ? '' : before) + (isList ? ']' : '}');
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
