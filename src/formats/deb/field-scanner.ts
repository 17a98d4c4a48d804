/** A few fields out of many stanzas: the others are not taken apart, because a channel has tens of thousands of them. */

const SPACE = 0x20;
const TAB = 0x09;
const LOWER_CASE = 0x20;
const MAX_BLANKS = 8;

/** Is told the name of a field in lower case, and where in the stanza its value begins and ends; it may hold line breaks. */
export type FieldVisitor = (name: string, start: number, end: number) => void;

/**
 * Looks for the fields `names`, given in lower case, in stanzas that were checked before or whose flaws do no harm.
 * Takes time linear in the length of the stanza.
 */
export function createFieldScanner(
  ...names: readonly string[]
): (stanza: string, visit: FieldVisitor) => void {
  const wanted = new Set(names);
  const initials = new Set(names.map((name) => name.charCodeAt(0)));
  const longest = Math.max(...names.map((name) => name.length));
  return (stanza, visit) => {
    for (let at = 0; at < stanza.length; ) {
      let end = endOfLine(stanza, at);
      if (initials.has(stanza.charCodeAt(at) | LOWER_CASE)) {
        const colon = stanza.indexOf(':', at);
        // Blanks before the colon are allowed, and nobody writes many of them.
        const name = colon - at > longest + MAX_BLANKS ? '' : stanza.slice(at, colon).trimEnd().toLowerCase();
        if (wanted.has(name)) {
          while (isBlank(stanza.charCodeAt(end + 1))) end = endOfLine(stanza, end + 1);
          visit(name, colon + 1, end);
        }
      }
      at = end + 1;
    }
  };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB;
}
