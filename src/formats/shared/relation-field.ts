/**
 * The grammar of Depends and its kin: deb-control(5), Debian Policy 7.1.
 *
 * ```
 * libc6 (>= 2.34), python3:any | pypy3, exim4 [amd64] <!nocheck>
 * └ relation ───┘  └ alternatives ───┘        └ restrictions: source packages only
 * ```
 *
 * What dpkg refuses is named, and what apt refuses: one such field makes apt drop the whole index it is in.
 */
import type { Relation } from '../format.ts';
import { versionProblem } from './dpkg-version.ts';
import { MAX_WORD_CHARACTERS, packageNameProblem } from './package-names.ts';

/** A field taken apart. */
export interface RelationField {
  /** All of them must be met, each by any of its alternatives. Of a field with a problem: what could be read. */
  readonly groups: readonly (readonly Relation[])[];
  /** Why dpkg or apt refuses the field, the first reason. */
  readonly problem: string | undefined;
}

/** Parses the value of a field in time linear in its length. `alternatives`: whether the field may have `|`. */
export function parseRelationField(
  value: string,
  options: { readonly alternatives: boolean },
): RelationField {
  const scanner = createScanner(value);
  const groups: Relation[][] = [];
  if (value === '') return { groups, problem: undefined };
  if (scanner.take('blanks') !== '') scanner.complain('its first line is empty');
  let group: Relation[] = [];
  while (!scanner.atEnd()) {
    const relation = takeRelation(scanner);
    if (relation !== undefined) group.push(relation);
    const rest = scanner.take('rest');
    if (rest !== '') scanner.complain(`${JSON.stringify(rest.slice(0, 40))} is out of place`);
    const separator = scanner.take('separator');
    if (separator.startsWith('|')) {
      if (!options.alternatives) scanner.complain('it cannot have alternatives (|)');
    } else if (group.length > 0) {
      groups.push(group);
      group = [];
    }
    if (separator !== '' && scanner.atEnd()) scanner.complain(`it ends with ${JSON.stringify(separator[0])}`);
  }
  if (group.length > 0) groups.push(group);
  return { groups, problem: scanner.problem() };
}

const OPERATORS: Readonly<Record<string, NonNullable<Relation['operator']>>> = {
  '<<': '<<',
  '<=': '<=',
  '=': '=',
  '>=': '>=',
  '>>': '>>',
  // The forms of before 1995, which dpkg still reads.
  '<': '<=',
  '>': '>=',
  '': '=',
};

function takeRelation(scanner: Scanner): Relation | undefined {
  const name = scanner.take('name');
  if (name === '') {
    scanner.complain('a package name is missing');
    return undefined;
  }
  const nameProblem = packageNameProblem(name);
  if (nameProblem !== undefined)
    scanner.complain(`package name ${JSON.stringify(name.slice(0, 80))}: ${nameProblem}`);
  const qualifier = scanner.take('qualifier');
  if (qualifier !== '' && !/^:[A-Za-z0-9][A-Za-z0-9-]*$/.test(qualifier)) {
    scanner.complain(`${name}${qualifier.slice(0, 80)} has no architecture after the colon`);
  }
  scanner.take('blanks');
  const version = takeVersion(scanner, name);
  scanner.take('blanks');
  while (scanner.take('restriction') !== '') {
    scanner.complain(`${name} has a restriction, which only source packages can have`);
    scanner.take('blanks');
  }
  // Literals instead of spreads: a channel has a hundred thousand different relations.
  if (qualifier.length > 1) return { name, architecture: qualifier.slice(1), ...version };
  return version === undefined ? { name } : { name, operator: version.operator, version: version.version };
}

function takeVersion(
  scanner: Scanner,
  name: string,
): Required<Pick<Relation, 'operator' | 'version'>> | undefined {
  if (scanner.take('open') === '') return undefined;
  // apt's parser looks at three characters without care for the end of the field.
  if (scanner.charactersLeft() <= 3) scanner.complain(`apt needs a space in the version of ${name}: (= 1)`);
  const operator = OPERATORS[scanner.take('operator')] ?? '=';
  scanner.take('blanks');
  const version = scanner.take('version');
  const problem =
    version.length > MAX_WORD_CHARACTERS
      ? `it is longer than ${MAX_WORD_CHARACTERS} characters`
      : versionProblem(version);
  if (problem !== undefined)
    scanner.complain(`version ${JSON.stringify(version.slice(0, 80))} of ${name}: ${problem}`);
  scanner.take('blanks');
  if (scanner.take('close') === '') scanner.complain(`the version of ${name} has no closing parenthesis`);
  return { operator, version };
}

interface Scanner {
  /** What comes next if it is such a token, else an empty string. */
  take(token: Token): string;
  atEnd(): boolean;
  charactersLeft(): number;
  /** Notes a problem; the first one counts. */
  complain(problem: string): void;
  problem(): string | undefined;
}

type Token =
  | 'blanks'
  | 'name'
  | 'qualifier'
  | 'open'
  | 'operator'
  | 'version'
  | 'close'
  | 'restriction'
  | 'rest'
  | 'separator';

/** No token reaches over a comma, and each is tried once at a place: the whole takes linear time. */
const TOKENS: Readonly<Record<Token, RegExp>> = {
  blanks: /[ \t\n]+/y,
  name: /[^ \t\n:(),|[\]<>]+/y,
  qualifier: /:[^ \t\n(),|[\]<>]*/y,
  open: /\([ \t\n]*/y,
  operator: /<<|<=|>=|>>|[<=>]/y,
  version: /[^ \t\n(),|]+/y,
  close: /\)/y,
  restriction: /\[[^\],|]*\]|<[^>,|]*>/y,
  rest: /[^,|]+/y,
  separator: /[,|][ \t\n]*/y,
};

function createScanner(text: string): Scanner {
  let at = 0;
  let problem: string | undefined;
  return {
    take: (token) => {
      const pattern = TOKENS[token];
      pattern.lastIndex = at;
      if (!pattern.test(text)) return '';
      const start = at;
      at = pattern.lastIndex;
      return text.slice(start, at);
    },
    atEnd: () => at >= text.length,
    charactersLeft: () => text.length - at,
    complain: (reason) => {
      problem ??= reason;
    },
    problem: () => problem,
  };
}
