/** The little XML that S3 speaks. */

/** A text, elements under their names, or several elements of one name. Undefined: no element. */
export type XmlValue = string | number | boolean | undefined | XmlElements | readonly XmlElements[];

export interface XmlElements {
  readonly [name: string]: XmlValue;
}

/** One document with one root. */
export function renderXml(root: string, content: XmlElements): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content)}`);
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one: XmlElements) => element(name, one)).join('');
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, content]) => element(child, content))
          .join('')
      : escapeXml(String(value));
  return `<${name}>${inner}</${name}>`;
}

function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold them, and S3 sends them as references
  return text.replace(/[&<>"'\u0000-\u001f]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** The contents of every element called `name`, at any depth, as they were sent. */
export function elementsIn(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs');
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** The text of the first element called `name`. */
export function textIn(xml: string, name: string): string | undefined {
  const inner = elementsIn(xml, name)[0];
  return inner === undefined ? undefined : unescapeXml(inner);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (_, hex?: string, dec?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (dec !== undefined) return String.fromCodePoint(Number(dec));
      return ENTITIES[name ?? ''] ?? '';
    },
  );
}
