import type { Clause } from '../install-rules.ts';

/** Texts of clauses by number. One that was met before is found without cutting it out of the text that it is in. */
export interface ClausePool {
  /** Adds the clauses between commas, from `start` to `end` of `text`, to a list. Blanks at their ends are no part of them. */
  collect(text: string, range: { readonly start: number; readonly end: number }, clauses: Clause[]): void;
  textOf(clause: Clause): string;
}

const COMMA = 0x2c;
/** Characters up to this one are blanks. */
const SPACE = 0x20;

export function createClausePool(): ClausePool {
  const texts: string[] = [];
  const byHash = new Map<number, Clause>();
  /** Those with the hash of another one. */
  const others = new Map<string, Clause>();

  const find = (text: string, { start, end, hash }: Part): Clause => {
    const known = byHash.get(hash);
    if (known !== undefined) {
      const own = texts[known] ?? '';
      if (own.length === end - start && text.startsWith(own, start)) return known;
    }
    const part = text.slice(start, end);
    const found = known === undefined ? undefined : others.get(part);
    if (found !== undefined) return found;
    // A copy: a part of a string would keep the whole one in memory.
    const copy = Buffer.from(part, 'latin1').toString('latin1');
    const clause = texts.push(copy) - 1;
    if (known === undefined) byHash.set(hash, clause);
    else others.set(copy, clause);
    return clause;
  };

  return {
    collect(text, range, clauses) {
      for (let at = range.start; at < range.end; at++) {
        while (at < range.end && text.charCodeAt(at) <= SPACE) at++;
        const start = at;
        // FNV-1a, taken on the way to the comma; what is there up to the last character that is no blank counts.
        let hash = 0x811c9dc5;
        let end = at;
        let endHash = hash;
        for (; at < range.end; at++) {
          const unit = text.charCodeAt(at);
          if (unit === COMMA) break;
          hash = Math.imul(hash ^ unit, 0x01000193);
          if (unit <= SPACE) continue;
          end = at + 1;
          endHash = hash;
        }
        // As many bits as fit into a small integer.
        if (end > start)
          clauses.push(find(text, { start, end, hash: (endHash ^ (endHash >>> 15)) & 0x3fffffff }));
      }
    },
    textOf: (clause) => texts[clause] ?? '',
  };
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly hash: number;
}
