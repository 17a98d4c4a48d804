import { notImplemented, S3Error } from './s3-error.ts';

/** Policies of buckets and users: as much of IAM's language as a package repository needs. */

export interface Statement {
  readonly isAllow: boolean;
  /** Of anybody. A user's own policy names nobody. */
  readonly isForAll: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly isNotResources: boolean;
  /** All of which have to hold. */
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly holds: Operator;
  /** `s3:prefix`, … */
  readonly name: string;
  readonly values: readonly string[];
}

/** What a request is, as conditions see it: absent where it has none of that. */
type Context = Readonly<Record<string, string | undefined>>;

/** Something that somebody is about to do. */
export interface Deed {
  /** `s3:GetObject` */
  readonly action: string;
  /** `bucket` or `bucket/key` */
  readonly resource: string;
  readonly context?: Context;
}

/** Fails with MalformedPolicy, or 501 for what this server cannot judge. */
export function parsePolicy(text: string): Statement[] {
  const policy = parseJson(text);
  const statements = listOf(policy['Statement']);
  if (statements.length === 0) throw malformed('there is no Statement');
  return statements.map((statement) => readStatement(objectOf(statement)));
}

/** A denial wins; without any word on a deed it is not allowed. */
export function isAllowed(statements: readonly Statement[], deed: Deed): boolean {
  const matching = statements.filter((statement) => concerns(statement, deed));
  return matching.length > 0 && matching.every(({ isAllow }) => isAllow);
}

function readStatement(statement: Readonly<Record<string, unknown>>): Statement {
  const known = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'NotResource', 'Condition'];
  const unknown = Object.keys(statement).find((name) => !known.includes(name));
  if (unknown !== undefined) throw notImplemented(`${unknown} in a policy`);
  const resources = listOf(statement['Resource'] ?? statement['NotResource']).map(String);
  const actions = listOf(statement['Action']).map(String);
  if (actions.length === 0 || resources.length === 0)
    throw malformed('a statement has no Action or Resource');
  const principal = statement['Principal'];
  return {
    isAllow: statement['Effect'] === 'Allow',
    isForAll: principal === '*' || listOf(objectOf(principal ?? {})['AWS']).includes('*'),
    actions,
    resources: resources.map((arn) => arn.replace(/^arn:aws:s3:::/, '')),
    isNotResources: statement['NotResource'] !== undefined,
    conditions: readConditions(statement['Condition']),
  };
}

type Operator = (value: string | undefined, values: readonly string[]) => boolean;

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringLike', (value = '', patterns) => patterns.some((pattern) => isLike(value, pattern))],
  ['StringEquals', (value = '', values) => values.includes(value)],
  ['Null', (value, [wanted]) => (value === undefined) === (wanted === 'true')],
  ['Bool', (value, values) => value !== undefined && values.includes(value)],
]);
const NAMES = ['s3:prefix', 's3:if-none-match', 's3:ObjectCreationOperation'];

function readConditions(conditions: unknown): Condition[] {
  return Object.entries(objectOf(conditions ?? {})).flatMap(([operator, tests]) =>
    Object.entries(objectOf(tests)).map(([name, values]) => {
      const holds = OPERATORS.get(operator);
      if (holds === undefined || !NAMES.includes(name))
        throw notImplemented(`the condition ${operator} of ${name} in a policy`);
      return { holds, name, values: listOf(values).map(String) };
    }),
  );
}

function concerns(statement: Statement, { action, resource, context = {} }: Deed): boolean {
  const { actions, resources, isNotResources, conditions } = statement;
  return (
    actions.some((pattern) => isLike(action, pattern)) &&
    resources.some((pattern) => isLike(resource, pattern)) !== isNotResources &&
    conditions.every(({ holds, name, values }) => holds(context[name], values))
  );
}

function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('?', '.')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 's').test(text);
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw malformed(cause.message);
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function malformed(why: string): S3Error {
  return new S3Error(400, 'MalformedPolicy', { message: `This policy is not valid: ${why}` });
}
