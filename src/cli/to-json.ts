/** Data as one line of JSON. */

// DEL, C1 and the characters that end or reorder a line: JSON takes them as they are, terminals and line readers do not.
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** As `JSON.stringify`, on one line of printable characters; maps become objects, sets lists, big integers text. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    if (inner instanceof Map) return Object.fromEntries(inner);
    if (inner instanceof Set) return [...inner];
    return inner;
  });
  return json.replace(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
