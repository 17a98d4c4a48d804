/**
 * A plain reader of `Packages` files for tests, on purpose not the product's own: what it is compared with must not share a bug.
 */

/** A stanza: field name as written, value with its continuation lines, without the line end. */
export type Stanza = ReadonlyMap<string, string>;

/** Splits a deb822 text (deb-control(5)) into stanzas. A line that is none of field, continuation and blank is an error. */
export function parseStanzas(text: string): readonly Stanza[] {
  const stanzas: Map<string, string>[] = [];
  let stanza: Map<string, string> | undefined;
  let field = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') {
      stanza = undefined;
      continue;
    }
    if (/^[ \t]/.test(line)) {
      if (stanza === undefined) throw new Error(`line ${index + 1}: a continuation without a field: ${line}`);
      stanza.set(field, `${stanza.get(field)}\n${line}`);
      continue;
    }
    const match = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line);
    if (match === null) throw new Error(`line ${index + 1}: not a field: ${line}`);
    if (stanza === undefined) {
      stanza = new Map();
      stanzas.push(stanza);
    }
    field = match[1] ?? '';
    if (stanza.has(field)) throw new Error(`line ${index + 1}: ${field} twice in one stanza`);
    stanza.set(field, match[2] ?? '');
  }
  return stanzas;
}
