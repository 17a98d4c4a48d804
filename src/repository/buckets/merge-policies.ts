/** A bucket has one policy: ours goes in beside what others put there. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { isRecord } from '../../core/shape.ts';
import type { Policy } from './policies.ts';

/** Goes when names of the state came into the bucket; only a store that is the whole bucket has it. */
const LISTING = 'PakhusList';

/**
 * The JSON of `old` with the statements of `wanted` in place of those with the same `Sid`; undefined: it has them already.
 * @throws CONFIG_INVALID when `old` is none
 */
export function mergePolicies(old: string | undefined, wanted: Policy): string | undefined {
  if (old === undefined) return JSON.stringify(wanted);
  const there = parse(old);
  const ours = new Set([...wanted.Statement.map(({ Sid }) => Sid), LISTING]);
  const others = there.filter((statement) => !isRecord(statement) || !ours.has(String(statement['Sid'])));
  const mine = there.filter((statement) => !others.includes(statement));
  if (isSame(mine, wanted.Statement)) return undefined;
  return JSON.stringify({ ...wanted, Statement: [...others, ...wanted.Statement] });
}

function parse(json: string): readonly unknown[] {
  try {
    const policy: unknown = JSON.parse(json);
    const statements = isRecord(policy) ? policy['Statement'] : undefined;
    if (statements !== undefined) return Array.isArray(statements) ? statements : [statements];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new PakhusError('CONFIG_INVALID', 'the bucket has a policy that cannot be read', {
    hint: 'Look at it with the tools of your provider, and delete or correct it.',
  });
}

/** Stores give one value of a list without the list, and everybody as `{ AWS: '*' }`. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 1 ? plain(value[0]) : value.map(plain).sort();
    if (!isRecord(value)) return value;
    const entries = Object.entries(value).map(([name, inner]) => [name, plain(inner)] as const);
    if (entries.length === 1 && entries[0]?.[0] === 'AWS') return entries[0][1];
    return Object.fromEntries(entries.sort(([x], [y]) => (x < y ? -1 : 1)));
  };
  return JSON.stringify(plain([...a])) === JSON.stringify(plain([...b]));
}
