import { notImplemented, S3Error } from './s3-error.ts';

/** Policies of buckets and users: as much of IAM's language as a package repository needs. */

export interface Statement {
  readonly isAllow: boolean;
  /** Of anybody. A user's own policy names nobody. */
  readonly isForAll: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly isNotResources: boolean;
  /** Patterns of which `s3:prefix` has to match one. */
  readonly prefixes: readonly string[] | undefined;
}

/** Something that somebody is about to do. */
export interface Deed {
  /** `s3:GetObject` */
  readonly action: string;
  /** `bucket` or `bucket/key` */
  readonly resource: string;
  /** What a list is asked for. */
  readonly prefix?: string | undefined;
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
    prefixes: readCondition(statement['Condition']),
  };
}

function readCondition(condition: unknown): string[] | undefined {
  if (condition === undefined) return undefined;
  const [[operator, test] = ['', {}], ...more] = Object.entries(objectOf(condition));
  const [[name, patterns] = ['', []], ...others] = Object.entries(objectOf(test));
  const isKnown = /^String(Like|Equals)$/.test(operator) && name === 's3:prefix';
  if (!isKnown || more.length > 0 || others.length > 0) throw notImplemented('this Condition in a policy');
  return listOf(patterns).map(String);
}

function concerns(statement: Statement, { action, resource, prefix = '' }: Deed): boolean {
  const { actions, resources, isNotResources, prefixes } = statement;
  return (
    actions.some((pattern) => isLike(action, pattern)) &&
    resources.some((pattern) => isLike(resource, pattern)) !== isNotResources &&
    (prefixes === undefined || prefixes.some((pattern) => isLike(prefix, pattern)))
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
