/** What zod found, in words for the person who wrote the file. */
import type { z } from 'zod';
import { isRecord } from '../core/shape.ts';
import { type Located, locate, type Position, sourceOf } from './locate.ts';
import { nearestWord } from './nearest-word.ts';

/** Something wrong, and where. */
export interface Problem {
  readonly position: Position;
  readonly message: string;
}

/** What describing needs besides the issues. */
export interface DescribeOptions {
  readonly where: Located;
  readonly data: unknown;
  /** The schema as JSON Schema: the keys to suggest are read from it. */
  readonly jsonSchema: unknown;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A problem for each issue, in the order of the file. */
export function describeIssues(issues: readonly Issue[], options: DescribeOptions): Problem[] {
  const problems = issues.flatMap((issue) => describe(issue, [], options));
  return problems.sort((a, b) => a.position.line - b.position.line || a.position.col - b.position.col);
}

function describe(issue: Issue, base: Path, options: DescribeOptions): Problem[] {
  const path = [...base, ...issue.path];
  const { where } = options;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        position: locate(where, [...path, key], 'key'),
        message: unknownKey(key, path, options),
      }));
    case 'invalid_key':
      return [
        {
          position: locate(where, path, 'key'),
          message: `${nameOf(path)}: the name ${issue.issues[0]?.message ?? 'cannot be used'}`,
        },
      ];
    case 'invalid_union': {
      // No format of that name.
      if (issue.errors.length === 0) break;
      const branch = issue.errors.find((errors) => !errors.some(isWrongKind));
      if (branch !== undefined) return branch.flatMap((inner) => describe(inner, path, options));
      const expected = issue.errors.flatMap((errors) => errors.filter(isWrongKind).map(expectedOf));
      return [wrongKind(path, [...new Set(expected)].join(' or '), options)];
    }
    case 'invalid_type':
      if (issue.expected === 'never') break;
      return [wrongKind(path, KINDS[issue.expected] ?? issue.expected, options)];
    case 'too_small':
    case 'too_big':
      return [{ position: locate(where, path, 'value'), message: `${nameOf(path)}: ${limitText(issue)}` }];
    case 'invalid_value':
      return [
        {
          position: locate(where, path, 'value'),
          message: `${nameOf(path)}: expected ${issue.values.map(String).join(', ')}`,
        },
      ];
  }
  return [{ position: locate(where, path, 'value'), message: `${nameOf(path)}: ${issue.message}` }];
}

function limitText(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const limit = issue.code === 'too_small' ? `${issue.minimum} or more` : `${issue.maximum} or less`;
  if (issue.origin === 'array')
    return issue.code === 'too_small' ? 'is empty' : `has more than ${issue.maximum} entries`;
  return issue.origin === 'string' ? 'is empty' : `expected ${limit}`;
}

/** The value is not of the kind that this branch of a union is for. */
function isWrongKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function expectedOf(issue: Issue): string {
  return issue.code === 'invalid_type' ? (KINDS[issue.expected] ?? issue.expected) : '';
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'keys and values',
  object: 'keys and values',
};

function wrongKind(path: Path, expected: string, { where, data }: DescribeOptions): Problem {
  const found = path.reduce<unknown>(
    (value, part) => (isRecord(value) || Array.isArray(value) ? Reflect.get(value, part) : undefined),
    data,
  );
  const position = locate(where, path, 'value');
  if (found === undefined) return { position, message: `${nameOf(path)}: is missing, expected ${expected}` };
  const source = typeof found === 'number' || typeof found === 'boolean' ? sourceOf(where, path) : undefined;
  if (source !== undefined && expected.startsWith('text')) {
    return { position, message: `${nameOf(path)}: write "${source}" in quotes, so that it is text` };
  }
  return { position, message: `${nameOf(path)}: expected ${expected}, found ${kindOf(found)}` };
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return KINDS['array'] ?? '';
  return KINDS[typeof value] ?? typeof value;
}

function unknownKey(key: string, path: Path, { jsonSchema }: DescribeOptions): string {
  const near = nearestWord(key, knownKeys(jsonSchema, path));
  const where = path.length === 0 ? '' : ` in ${nameOf(path)}`;
  return `unknown key '${key}'${where}${near === undefined ? '' : `; did you mean '${near}'?`}`;
}

/** `repositories.tools.channels[0]`. */
function nameOf(path: Path): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

/** The keys that the schema knows at `path`, in any branch of its unions. */
function knownKeys(schema: unknown, path: Path): string[] {
  if (!isRecord(schema)) return [];
  const branches = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((each) =>
    Array.isArray(each) ? each : [],
  );
  const inBranches = branches.flatMap((branch) => knownKeys(branch, path));
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const [first, ...rest] = path;
  if (first === undefined) return [...Object.keys(properties), ...inBranches];
  const next =
    typeof first === 'number'
      ? schema['items']
      : (properties[String(first)] ?? schema['additionalProperties']);
  return [...knownKeys(next, rest), ...inBranches];
}
