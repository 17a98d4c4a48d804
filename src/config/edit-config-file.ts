/**
 * Changes to a pakhus.yaml that somebody wrote: lines come and go, and all others stay as they are.
 *
 * ```
 * mirrors:            ◀ made at the end of the file where it is not there
 *   debian:
 *     to: …
 *   vendor:           ◀ after the last one, as far to the right as it is
 * ```
 */
import { Document, isMap, isNode, isScalar, type Pair, parseDocument, visit } from 'yaml';
import { PakhusError } from '../core/pakhus-error.ts';
import type { MirrorEntry, RepositoryEntry } from './config-file.ts';

export interface AddedMirror {
  readonly name: string;
  readonly entry: MirrorEntry;
  /** That it goes to, where the file does not have it yet. */
  readonly repository?: { readonly name: string; readonly entry: RepositoryEntry } | undefined;
}

/** The text with one more mirror. It was read as a configuration before. @throws CLI_USAGE for a name that is there */
export function withMirror(text: string, { name, entry, repository }: AddedMirror): string {
  if (parse(text).hasIn(['mirrors', name])) {
    throw new PakhusError('CLI_USAGE', `there is a mirror '${name}' already`, {
      hint: 'Edit it in pakhus.yaml, or take another name.',
    });
  }
  const made =
    repository === undefined ? text : insert(text, ['repositories', repository.name], repository.entry);
  return insert(made, ['mirrors', name], entry);
}

/** The text without a mirror. */
export function withoutMirror(text: string, name: string): string {
  const parent = findPair(parse(text), ['mirrors']);
  if (parent === undefined || !isMap(parent.value)) return text;
  const own = parent.value.items.length === 1 ? parent : findPair(parse(text), ['mirrors', name]);
  const range = own && rangeOf(own);
  if (range === undefined || parent.value.flow === true) throw notOurs('mirrors');
  const head = text.slice(0, text.lastIndexOf('\n', range.start) + 1);
  return (own === parent ? `${head.trimEnd()}\n` : head) + text.slice(endOfLine(text, range.end));
}

function insert(text: string, [parent, name]: readonly [string, string], entry: object): string {
  const pair = findPair(parse(text), [parent]);
  const block = (indent: number): string => indented({ [name]: entry }, indent);
  if (pair === undefined) return `${text.trimEnd()}\n\n${parent}:\n${block(2)}`;
  const { value } = pair;
  if (isScalar(value) && value.value === null) {
    const at = endOfLine(text, rangeOf(pair)?.end ?? 0);
    return withLine(text.slice(0, at)) + block(2) + text.slice(at);
  }
  const first = isMap(value) && value.flow !== true ? value.items[0] : undefined;
  const [start, end] = [first && rangeOf(first)?.start, isMap(value) ? value.range?.[1] : undefined];
  if (start === undefined || end === undefined) throw notOurs(parent);
  const column = start - (text.lastIndexOf('\n', start) + 1);
  const at = endOfLine(text, end);
  return withLine(text.slice(0, at)) + block(column) + text.slice(at);
}

const SHORT_WORD = 24;

/** Lists of short words on one line, as people write them. */
function indented(entry: object, indent: number): string {
  const document = new Document(entry);
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every((one) => isScalar(one) && String(one.value).length < SHORT_WORD);
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return text.replace(/^(?=.)/gm, ' '.repeat(indent));
}

function parse(text: string): Document {
  return parseDocument(text, { stringKeys: true });
}

function findPair(document: Document, path: readonly string[]): Pair | undefined {
  let at: unknown = document.contents;
  let found: Pair | undefined;
  for (const key of path) {
    found = isMap(at) ? at.items.find((pair) => isScalar(pair.key) && pair.key.value === key) : undefined;
    at = found?.value;
  }
  return found;
}

/** Offsets of a key's first character, and after the last one of its value. */
function rangeOf({ key, value }: Pair): { readonly start: number; readonly end: number } | undefined {
  const start = isNode(key) ? key.range?.[0] : undefined;
  const end = isNode(value) ? value.range?.[1] : undefined;
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** After the line that `at` is on; `at` itself at the start of a line. */
function endOfLine(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

function withLine(text: string): string {
  return text.endsWith('\n') || text === '' ? text : `${text}\n`;
}

function notOurs(key: string): PakhusError {
  return new PakhusError(
    'CLI_USAGE',
    `\`${key}:\` of pakhus.yaml is written in a form that is not changed by commands`,
    {
      hint: `Write it with a line for each name below \`${key}:\`, or edit it yourself.`,
    },
  );
}
