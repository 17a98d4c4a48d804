/**
 * Stanzas of fields, as in control files, `Packages` and `Release`: deb822(5). Text in, fields out.
 *
 * ```
 * Package: hello                 field: name, colon, value
 * Description: says hello        ┐ field of three lines: those that begin
 *  Says hello.                   │ with a blank continue it
 *  .                             ┘
 *                                empty line: the stanza ends
 * Package: …
 * ```
 *
 * Nothing is understood here and nothing is lost: unknown fields, their order, their spelling and every byte of their
 * lines are kept in {@link Field.raw}, with one exception: lines may end in CR LF, which dpkg accepts, and come out
 * with LF. What readers of these files understand in different ways is refused, with its line number: control
 * characters (NUL, a CR in the middle of a line, ^Z that old dpkg takes for the end of a line), the same field twice,
 * lines of nothing but blanks, names that are not printable ASCII or begin with `-` or `#`.
 *
 * Every function takes time linear in the length of the text.
 */
import type { ErrorCode } from '../core/error-codes.ts';
import { PakhusError } from '../core/pakhus-error.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const FIRST_PRINTABLE = 0x20;
const SPACE = 0x20;

/** A field of a stanza. */
export interface Field {
  /** As it is spelled; names are the same in any case. */
  readonly name: string;
  /** What follows the colon, without blanks at either end. Continuation lines follow after LF, with their indent. */
  readonly value: string;
  /** Its lines as they are, joined by LF, without a final LF. */
  readonly raw: string;
  /** Line number of its first line, from 1. */
  readonly line: number;
}

/** The fields of a stanza in their order; never empty, no name twice. */
export type Stanza = readonly Field[];

/** How to speak of the text in messages. */
export interface Deb822Options {
  /** The file that it comes from. */
  readonly name: string;
  /** The code of errors; PACKAGE_INVALID when left out. */
  readonly code?: ErrorCode;
}

/** Parses text that is one stanza; empty lines before and after it are fine, a second stanza is not. */
export function parseStanza(text: string, options: Deb822Options): Stanza {
  const cursor = createCursor(text, options);
  const stanza = nextStanza(cursor);
  if (stanza === undefined) throw failure(cursor, 'there is no field');
  skipEmptyLines(cursor);
  if (cursor.offset < cursor.text.length) throw failure(cursor, 'a second stanza begins, expected only one');
  return stanza;
}

/** Parses text of any number of stanzas, one after the other. An error ends the iteration. */
export function* parseStanzas(text: string, options: Deb822Options): Generator<Stanza, void> {
  const cursor = createCursor(text, options);
  for (let stanza = nextStanza(cursor); stanza !== undefined; stanza = nextStanza(cursor)) yield stanza;
}

/** The field of that name, which is given in lower case. */
export function findField(stanza: Stanza, lowerCaseName: string): Field | undefined {
  return stanza.find((field) => field.name.toLowerCase() === lowerCaseName);
}

interface Cursor {
  readonly text: string;
  readonly options: Deb822Options;
  offset: number;
  line: number;
}

function createCursor(text: string, options: Deb822Options): Cursor {
  const cursor: Cursor = { text, options, offset: 0, line: 1 };
  let hasCarriageReturn = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= FIRST_PRINTABLE || unit === TAB) continue;
    if (unit === LINE_FEED) {
      cursor.line++;
    } else if (unit === CARRIAGE_RETURN && text.charCodeAt(i + 1) === LINE_FEED) {
      hasCarriageReturn = true;
    } else {
      const what = unit === CARRIAGE_RETURN ? 'a carriage return' : `control character ${codePoint(unit)}`;
      throw failure(cursor, `${what} inside a line`);
    }
  }
  cursor.line = 1;
  return hasCarriageReturn ? { ...cursor, text: text.replaceAll('\r\n', '\n') } : cursor;
}

function nextStanza(cursor: Cursor): Stanza | undefined {
  skipEmptyLines(cursor);
  const fields: Field[] = [];
  const seen = new Map<string, Field>();
  while (cursor.offset < cursor.text.length && cursor.text.charCodeAt(cursor.offset) !== LINE_FEED) {
    const line = cursor.line;
    const field = nextField(cursor);
    const key = field.name.toLowerCase();
    const twin = seen.get(key);
    if (twin !== undefined) {
      throw failure({ ...cursor, line }, `field ${field.name} again, first in line ${twin.line}`);
    }
    seen.set(key, field);
    fields.push(field);
  }
  return fields.length === 0 ? undefined : fields;
}

function nextField(cursor: Cursor): Field {
  const { text, offset: start, line } = cursor;
  if (isBlank(text.charCodeAt(start))) throw failure(cursor, 'a line begins with a blank, expected a field');
  let end = endOfLine(text, start);
  const colon = text.indexOf(':', start);
  if (colon === -1 || colon > end) {
    throw failure(cursor, `no colon after the field name: ${excerpt(text.slice(start, end))}`);
  }
  const name = trimBlanks(text.slice(start, colon));
  if (!/^[!"$-,./0-9;-~][!-9;-~]*$/.test(name)) throw failure(cursor, `not a field name: ${excerpt(name)}`);
  cursor.line++;
  while (isBlank(text.charCodeAt(end + 1))) {
    const next = endOfLine(text, end + 1);
    if (isBlankRange(text, { start: end + 1, end: next }))
      throw failure(cursor, `a blank line inside ${name}`);
    end = next;
    cursor.line++;
  }
  cursor.offset = end + 1;
  return { name, value: trimBlanks(text.slice(colon + 1, end)), raw: text.slice(start, end), line };
}

function skipEmptyLines(cursor: Cursor): void {
  while (cursor.text.charCodeAt(cursor.offset) === LINE_FEED) {
    cursor.offset++;
    cursor.line++;
  }
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

function isBlank(unit: number): boolean {
  return unit === SPACE || unit === TAB;
}

function isBlankRange(text: string, range: { readonly start: number; readonly end: number }): boolean {
  for (let i = range.start; i < range.end; i++) if (!isBlank(text.charCodeAt(i))) return false;
  return true;
}

/** `text` without spaces and tabs at either end. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function codePoint(unit: number): string {
  return `U+${unit.toString(16).toUpperCase().padStart(4, '0')}`;
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function failure(cursor: Cursor, reason: string): PakhusError {
  const { name, code = 'PACKAGE_INVALID' } = cursor.options;
  return new PakhusError(code, `${name}: line ${cursor.line}: ${reason}`, {
    hint: 'deb822(5) describes the form of such files.',
    details: { name, line: cursor.line },
  });
}
