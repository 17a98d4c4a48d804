/**
 * What wpkg wants of the fields of a package. It checks every package of an index before it installs any of them, and gives up at the first
 * that it does not like: one bad field costs all clients the whole index.
 */
import type { Field, Stanza } from '../../codec/deb822.ts';
import { parseDependencies } from './dependencies.ts';
import { packageNameProblem } from './names.ts';
import { versionProblem } from './version.ts';

/** A field that wpkg does not take. */
export interface FieldProblem {
  readonly field: Field;
  readonly problem: string;
  /** What can stand there instead, its name included; an empty text: nothing need. Undefined: somebody has to decide. */
  readonly cure?: string;
}

/** What is wrong with a value; undefined: nothing. */
type Rule = (value: string) => string | undefined;

const MOST_CHARACTERS = 70;

const oneOf =
  (words: string): Rule =>
  (value) =>
    words.split(' ').includes(value) ? undefined : `expected one of: ${words.replaceAll(' ', ', ')}`;

const SECTIONS =
  'admin base cli-mono comm contrib database debian-installer devel debug doc editors education electronics embedded ' +
  'fonts games gnome graphics gnu-r gnustep hamradio haskell httpd interpreters introspection java kde kernel libs ' +
  'libdevel lisp localization mail math metapackages misc net news non-free ocaml oldlibs otherosfs perl php python ' +
  'ruby science shells sound tex text utils vcs video web x11 xfce zope';

const section: Rule = (value) => oneOf(SECTIONS)(value.replace(/^[^/A-Z\s]*\//, ''));

const urgency: Rule = (value) =>
  oneOf('low medium high emergency critical')(value.toLowerCase().split(/[\s;]/, 1)[0] ?? '');

/** Domains that its list of 2013 surely has. */
const DOMAIN =
  /^https?:\/\/(?:[a-z0-9-]+\.)+(?:[a-z]{2}|com|org|net|edu|gov|mil|int|info|biz|name|mobi)(?:[:/?#]|$)/i;

const uri: Rule = (value) =>
  DOMAIN.test(value) && !/\s/.test(value)
    ? undefined
    : 'expected http:// or https:// and a domain that wpkg knows (its list is of 2013)';

const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [ 0-3]?\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}/;

const date: Rule = (value) =>
  DATE.test(value) ? undefined : 'expected a date such as Thu, 01 Jan 2026 00:00:00 +0000';

const component: Rule = (value) =>
  /^[^/\s]+(?:\/[^/\s]+)+$/.test(value) ? undefined : 'expected at least two names, joined by /';

const provides: Rule = (value) => {
  for (const name of value.split(',').map((one) => one.trim())) {
    const problem = packageNameProblem(name);
    if (problem !== undefined) return `${JSON.stringify(name.slice(0, 80))}: ${problem}`;
  }
  return undefined;
};

const dependencies: Rule = (value) => parseDependencies(value).problem;

const description: Rule = (value) => {
  if (/[\t\v]/.test(value)) return 'wpkg takes no tabs in it';
  const [line = ''] = value.split('\n', 1);
  return [...line].length > MOST_CHARACTERS
    ? `its first line has more than ${MOST_CHARACTERS} characters`
    : undefined;
};

/** Fields that say something of the package, but change nothing of how it is installed. */
const OPTIONAL: ReadonlyMap<string, Rule> = new Map([
  ['bugs', uri],
  ['homepage', uri],
  ['vcs-browser', uri],
  ['section', section],
  ['priority', oneOf('required important standard optional extra')],
  ['urgency', urgency],
  ['date', date],
  ['changes-date', date],
  ['component', component],
  ['build-number', (value) => (/^[0-9]*$/.test(value) ? undefined : 'expected a number')],
  ['packager-version', versionProblem],
  [
    'standards-version',
    (value) => (/^(?:[2-9]|\d\d+)(?:\.\d+){2,3}$/.test(value) ? undefined : 'expected 2.0.0 or later'),
  ],
  ['dm-upload-allowed', (value) => oneOf('yes')(value.toLowerCase())],
]);

const NEEDED: ReadonlyMap<string, Rule> = new Map([
  ...[
    'pre-depends',
    'depends',
    'recommends',
    'suggests',
    'enhances',
    'breaks',
    'conflicts',
    'replaces',
    'built-using',
  ].map((name) => [name, dependencies] as const),
  ['provides', provides],
  ['essential', (value) => oneOf('yes no')(value.toLowerCase())],
  ['minimum-upgradable-version', versionProblem],
]);

/** All that wpkg would refuse in these fields, in their order. */
export function findFieldProblems(stanza: Stanza): readonly FieldProblem[] {
  return stanza.flatMap((field): readonly FieldProblem[] => {
    const name = field.name.toLowerCase();
    const form = formProblem(field);
    if (form !== undefined) return [{ field, problem: form }];
    const optional = OPTIONAL.get(name)?.(field.value);
    if (optional !== undefined) return [{ field, problem: optional, cure: '' }];
    const told = name === 'description' ? description(field.value) : undefined;
    if (told !== undefined) return [{ field, problem: told, cure: shorten(field) }];
    const needed = NEEDED.get(name)?.(field.value);
    return needed === undefined ? [] : [{ field, problem: needed }];
  });
}

/** What no field may have, whatever it is called. */
function formProblem({ name, value }: Field): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9._+-]*$/.test(name)) return 'wpkg takes no such name of a field';
  if (/\n[ \t]*#/.test(value))
    return 'wpkg takes a line that begins with # for a comment, which ends the field';
  if (/\n[ \t]*\.[ \t]+\S/.test(value)) return 'wpkg takes no line that begins with a period and a blank';
  return /\$[({]/.test(value) ? 'wpkg takes $( and ${ for the name of a variable' : undefined;
}

/** The first line cut at a word, and all of it as the first paragraph of the rest. */
function shorten({ name, value }: Field): string {
  const [line = '', ...rest] = value.replaceAll(/[\t\v]/g, ' ').split('\n');
  if ([...line].length <= MOST_CHARACTERS) return [`${name}: ${line}`, ...rest].join('\n');
  const start = [...line].slice(0, MOST_CHARACTERS - 3).join('');
  const cut = start.slice(0, Math.max(start.lastIndexOf(' '), 1));
  return [`${name}: ${cut}...`, ` ${line}`, ...(rest.length > 0 ? [' .', ...rest] : [])].join('\n');
}
