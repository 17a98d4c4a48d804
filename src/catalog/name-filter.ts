/**
 * What a leaf is about, in some 700 bytes: a Bloom filter of names that is kept in the run. Whoever looks for packages that mention
 * a name reads only the leaves that may hold some. Of 300 leaves without the name one is read in vain; no leaf with it is missed.
 */
import { hashText } from './package-key.ts';

const BITS_PER_NAME = 12;
/** Bits that each name sets. */
const BITS_SET = 8;

/** The filter of a leaf whose names were not collected: it may hold any. */
export const ANY_NAME = '';

/** The filter of these names, in base64. */
export function createNameFilter(names: Iterable<string>): string {
  const all = new Set(names);
  const filter = new Uint8Array(Math.max(1, Math.ceil((all.size * BITS_PER_NAME) / 8)));
  for (const name of all) {
    const hash = hashText(name);
    for (let i = 0; i < BITS_SET; i++) {
      const bit = bitOf(hash, i, filter);
      filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return Buffer.from(filter).toString('base64');
}

/** Whether `name` may be among the names of a filter. */
export function mayHoldName(filter: string, name: string): boolean {
  if (filter === ANY_NAME) return true;
  const bytes = Buffer.from(filter, 'base64');
  const hash = hashText(name);
  for (let i = 0; i < BITS_SET; i++) {
    const bit = bitOf(hash, i, bytes);
    if (((bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** The bits of a name are a row of equal steps, from where one half of its hash says and as wide as the other says. */
function bitOf(hash: number, index: number, { length }: Uint8Array): number {
  const step = Math.imul(hash, 0x9e3779b1) >>> 7;
  return (hash + index * (step | 1)) % (length * 8);
}
