/** HTML that cannot be injected into: whatever is put into a template is escaped, unless a template made it. */

/** A piece of HTML, made by {@link html}. */
export interface Html {
  readonly html: string;
}

/** What a template takes: text is escaped, pieces are put in as they are, lists one after the other. */
export type HtmlValue = string | number | Html | readonly Html[];

/** Nothing. */
export const NO_HTML: Html = { html: '' };

/** A template of HTML. Values may stand where text does, and inside double-quoted attributes. */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let all = texts[0] ?? '';
  // Some million times in a large repository.
  for (let index = 0; index < values.length; index++)
    all += rendered(values[index] ?? '') + (texts[index + 1] ?? '');
  return { html: all };
}

/** An address that a browser may follow from a page: of the web, or undefined. Everything else would run in the page's name. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).href;
}

/** A path as part of an address. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Text of at most so many characters. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}

function rendered(value: HtmlValue): string {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  let all = '';
  for (const one of value) all += one.html;
  return all;
}

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Besides what HTML gives a meaning: control characters, and those that turn the direction of the text around them. */
const UNSAFE = /[&<>"'\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/gu;
/** Most texts, known at a glance. */
const PLAIN = /^[\w .,:;()+~/@|=*#%!?-]*$/;

function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSAFE, (found) => SPECIAL[found] ?? '\ufffd');
}
