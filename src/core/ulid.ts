/**
 * ULIDs: 48 bits of milliseconds and 80 random bits, as 26 letters of Crockford's base 32, lower case here.
 * They sort by time. https://github.com/ulid/spec
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LETTERS = 10;
const RANDOM_LETTERS = 16;

/** Fills an array with random bytes; handed in so that simulation is repeatable. */
export type RandomBytes = (length: number) => Uint8Array;

/** Makes ids that sort in the order in which they were made, also within one millisecond. */
export function createUlidFactory(now: () => number, randomBytes: RandomBytes): () => string {
  let lastTime = -1;
  let lastRandom: number[] = [];
  return () => {
    const time = Math.max(Math.floor(now()), lastTime);
    lastRandom = time === lastTime ? increment(lastRandom) : randomLetters(randomBytes);
    lastTime = time;
    return encodeTime(time) + lastRandom.map((index) => ALPHABET[index]).join('');
  };
}

/** The milliseconds since 1970 that `ulid` was made at; undefined when it is no ULID. */
export function ulidTime(ulid: string): number | undefined {
  if (!isUlid(ulid)) return undefined;
  let time = 0;
  for (const letter of ulid.slice(0, TIME_LETTERS)) time = time * 32 + ALPHABET.indexOf(letter);
  return time;
}

/** True for a ULID in the lower-case form that pakhus writes. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text);
}

function encodeTime(time: number): string {
  let rest = time;
  let text = '';
  for (let i = 0; i < TIME_LETTERS; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomLetters(randomBytes: RandomBytes): number[] {
  return Array.from(randomBytes(RANDOM_LETTERS), (byte) => byte & 31);
}

function increment(letters: readonly number[]): number[] {
  const next = [...letters];
  for (let i = next.length - 1; i >= 0; i--) {
    const letter = next[i] ?? 0;
    if (letter < 31) {
      next[i] = letter + 1;
      return next;
    }
    next[i] = 0;
  }
  return next;
}
