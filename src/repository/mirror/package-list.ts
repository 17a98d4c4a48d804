/**
 * Files that say which packages are wanted.
 *
 * ```
 * curl                          a name or a pattern on each line; # begins a comment
 * libssl3  install              dpkg --get-selections: what is to be removed is not wanted
 *
 * REQUIRED_PACKAGES="curl       variables, as a shell or an .env file has them
 *   ca-certificates"
 * OPTIONAL_PACKAGES='tcpdump ${DEBUG_TOOLS}'
 * ```
 */
import { PACKAGE_PATTERN } from '../../config/names.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Wish } from './wishes.ts';

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)(\+?)=/;

/** @param name Of the file, for messages. @throws CONFIG_INVALID for a line that names no package */
export function parsePackageList(text: string, name: string): readonly Wish[] {
  const isVariables = text.split('\n').some((line) => ASSIGNMENT.test(line));
  return isVariables ? fromVariables(text, name) : fromLines(text, name);
}

function fromLines(text: string, name: string): readonly Wish[] {
  return text.split('\n').flatMap((line, index) => {
    const [word = '', state, ...rest] = words(line.replace(/#.*$/, ''));
    if (word === '' || state === 'deinstall' || state === 'purge') return [];
    const isOne = rest.length === 0 && (state === undefined || state === 'install' || state === 'hold');
    // `libc6:amd64`, as dpkg has it where there are several architectures.
    const pattern = word.replace(/:[a-z0-9-]+$/, '');
    if (isOne && PACKAGE_PATTERN.pattern.test(pattern)) return [wish(pattern, true)];
    throw invalid(`${name}:${index + 1}`, line);
  });
}

function fromVariables(text: string, name: string): readonly Wish[] {
  const variables = readVariables(text, name);
  const wishes = [true, false].flatMap((required) => {
    const value = variables.get(required ? 'REQUIRED_PACKAGES' : 'OPTIONAL_PACKAGES') ?? '';
    return words(value).map((word) => {
      if (PACKAGE_PATTERN.pattern.test(word)) return wish(word, required);
      throw invalid(name, word);
    });
  });
  if (wishes.length > 0) return wishes;
  throw new PakhusError('CONFIG_INVALID', `${name} has variables, and wants no packages`, {
    hint: 'Set REQUIRED_PACKAGES or OPTIONAL_PACKAGES, or write a name on each line.',
    details: { path: name },
  });
}

function readVariables(text: string, name: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const end = endOfLine(text, at);
    const [head = '', key = '', plus] = ASSIGNMENT.exec(text.slice(at, end)) ?? [];
    if (key === '') {
      at = end + 1;
      continue;
    }
    const start = at + head.length;
    const quote = /["']/.exec(text[start] ?? '')?.[0];
    const close = quote === undefined ? end : text.indexOf(quote, start + 1);
    if (close === -1) throw invalid(name, `${key}=${quote}…`);
    const raw =
      quote === undefined ? text.slice(start, end).replace(/(^|\s)#.*$/, '') : text.slice(start + 1, close);
    const value = quote === "'" ? raw : expand(raw, variables);
    variables.set(key, plus === '+' ? `${variables.get(key) ?? ''}${value}` : value);
    at = endOfLine(text, close) + 1;
  }
  return variables;
}

/** Earlier variables in the place of their names, and lines that a backslash joins. */
function expand(value: string, variables: ReadonlyMap<string, string>): string {
  return value
    .replace(/\\\n/g, ' ')
    .replace(/\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g, (_, braced?: string, bare?: string) => {
      return variables.get(braced ?? bare ?? '') ?? '';
    });
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function wish(pattern: string, required: boolean): Wish {
  return { by: 'name', pattern, required };
}

function invalid(where: string, found: string): PakhusError {
  return new PakhusError(
    'CONFIG_INVALID',
    `${where}: ${JSON.stringify(found.slice(0, 80))} names no package`,
    {
      hint: 'Write a name or a pattern such as lib* on each line, or set REQUIRED_PACKAGES and OPTIONAL_PACKAGES.',
      details: { where },
    },
  );
}
