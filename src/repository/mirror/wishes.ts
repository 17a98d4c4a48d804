/** What somebody wants of an upstream: names, patterns, sections, priorities. */

/** One line of a selection. */
export interface Wish {
  readonly by: 'name' | 'section' | 'priority';
  /** With `*`, `?` and `[…]` for any characters. */
  readonly pattern: string;
  /** The mirror is nothing without it; otherwise it is told what is missing. */
  readonly required: boolean;
}

/** Whether a pattern means one name and nothing else. */
export function isPlain(pattern: string): boolean {
  return !/[*?[]/.test(pattern);
}

/** Which texts a pattern means: the whole of them. */
export function matcherOf(pattern: string): (text: string) => boolean {
  if (isPlain(pattern)) return (text) => text === pattern;
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (one, not: string, set: string | undefined) => {
    if (set !== undefined) return `[${not === '' ? '' : '^'}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
    if (one === '*') return '.*';
    return one === '?' ? '.' : one.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  const expression = new RegExp(`^${source.replace(/(?:\.\*)+/g, '.*')}$`);
  return (text) => expression.test(text);
}

/** The section as people name it: `net`, also of `non-free/net`. */
export function matchesSection(section: string, matches: (text: string) => boolean): boolean {
  return matches(section) || matches(section.slice(section.lastIndexOf('/') + 1));
}
