import type { Clause } from '../install-rules.ts';

/** Clauses by their text. One that was met before is found without cutting it out of the text that it is in. */
export interface ClausePool {
  /** The clause that the characters from `start` to `end` of `text` are. */
  get(text: string, start: number, end: number): Clause;
}

export function createClausePool(): ClausePool {
  const byHash = new Map<number, Clause>();
  /** Those with the hash of another one. */
  const others = new Map<string, Clause>();
  const make = (text: string): Clause => ({
    id: byHash.size + others.size,
    // A copy: a part of a string would keep the whole one in memory.
    text: Buffer.from(text, 'latin1').toString('latin1'),
  });
  return {
    get(text, start, end) {
      const hash = hashPart(text, start, end);
      const known = byHash.get(hash);
      if (known?.text.length === end - start && text.startsWith(known.text, start)) return known;
      const part = text.slice(start, end);
      const found = known && others.get(part);
      if (found !== undefined) return found;
      const made = make(part);
      if (known === undefined) byHash.set(hash, made);
      else others.set(made.text, made);
      return made;
    },
  };
}

/** FNV-1a, of as many bits as fit into a small integer. */
function hashPart(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0x3fffffff;
}
