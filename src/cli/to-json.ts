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
