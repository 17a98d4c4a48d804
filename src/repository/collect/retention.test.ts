import { describe, expect, test } from 'vitest';
import { isBrief, keptFrom, type RetentionRules, type RevisionFacts } from './retention.ts';

const DAY = 24 * 3_600_000;
const MINUTE = 60_000;
const NOW = 100 * DAY;
const RULES: RetentionRules = {
  nowMs: NOW,
  graceMs: 14 * DAY,
  published: { rev: 0, modifiedMs: NOW },
  wholeFrom: 1,
};

interface Row {
  readonly rev: number;
  /** Days before now. */
  readonly age: number;
  readonly published?: number;
  /** Which packages; by default others than any other revision. */
  readonly holds?: string;
}

/** Newest first; by default each record says that the one before it was published. */
function log(...rows: readonly Row[]): readonly RevisionFacts[] {
  return rows
    .map(({ rev, age, published = rev - 1, holds = String(rev) }) => {
      const storedMs = NOW - age * DAY;
      return { rev, signedAtMs: storedMs, storedMs, published, holds };
    })
    .sort((a, b) => b.rev - a.rev);
}

/** Revisions 1, 2, 3…, made so many days ago. */
function madeAgo(...ages: readonly number[]): readonly RevisionFacts[] {
  return log(...ages.map((age, index) => ({ rev: index + 1, age })));
}

describe('the first revision that keeps all that it names', () => {
  test.each<[what: string, facts: readonly RevisionFacts[], rules: Partial<RetentionRules>, from: number]>([
    ['all are young', madeAgo(5, 4, 3, 2, 1), {}, 1],
    ['all but the last three are old, and the last is published', madeAgo(90, 80, 70, 60, 50), {}, 3],
    ['what was replaced within the grace', madeAgo(90, 80, 70, 60, 5, 4, 3, 2), {}, 3],
    ['the record itself is just as old as the grace', madeAgo(90, 80, 70, 60, 14, 4, 3, 2), {}, 4],
    [
      'published long ago, and no record has said so yet',
      madeAgo(90, 80, 70, 60, 50),
      { published: { rev: 5, modifiedMs: NOW - 20 * DAY } },
      3,
    ],
    [
      'six revisions and a publisher that died: what it did not publish does not count',
      log(
        { rev: 1, age: 90 },
        { rev: 2, age: 80 },
        { rev: 3, age: 70, published: 1 },
        { rev: 4, age: 60, published: 1 },
        { rev: 5, age: 50, published: 1 },
        { rev: 6, age: 40, published: 1 },
      ),
      { published: { rev: 6, modifiedMs: NOW } },
      1,
    ],
    [
      'revisions with the packages of the one before, as those of sweeps, do not count among the last three',
      log(
        ...[1, 2, 3, 4].map((rev) => ({ rev, age: 90 - rev })),
        ...[5, 6, 7, 8].map((rev) => ({ rev, age: 60 - rev, holds: '4' })),
      ),
      {},
      2,
    ],
    [
      'what was collected stays collected, however long the grace',
      madeAgo(5, 4, 3, 2, 1),
      { wholeFrom: 3 },
      3,
    ],
    ['no grace: the last three', madeAgo(5, 4, 3, 2, 1), { graceMs: 0 }, 3],
    ['one revision', madeAgo(90), {}, 1],
  ])('%s', (_what, facts, rules, from) => {
    expect(keptFrom(facts, { ...RULES, ...rules })).toBe(from);
  });

  test('reading further back never makes it less', () => {
    const facts = madeAgo(90, 80, 70, 60, 50, 12, 10, 9, 8, 2, 1);
    const found = facts.map((_, index) => keptFrom(facts.slice(0, index + 1), RULES));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found.at(-1)).toBe(4);
  });
});

describe('index files of a revision that was replaced at once', () => {
  const seconds = (count: number): number => (count * 1000) / DAY;
  /** Revision 4 is replaced by 5, which record 6 says is published. */
  const burst = (days: number, gapDays: number): readonly RevisionFacts[] =>
    log(
      { rev: 4, age: days },
      { rev: 5, age: days - gapDays / 2 },
      { rev: 6, age: days - gapDays },
      ...[7, 8].map((rev) => ({ rev, age: 0.1 })),
    );
  const fourth = (facts: readonly RevisionFacts[], rules: Partial<RetentionRules> = {}): boolean => {
    const [own] = facts.slice(-1);
    if (own === undefined) throw new Error('no revision');
    return isBrief(own, facts.slice(0, -1), { ...RULES, ...rules });
  };

  test.each<[what: string, facts: readonly RevisionFacts[], expected: boolean]>([
    ['within seconds, two days ago', burst(2, seconds(5)), true],
    ['within seconds, an hour ago', burst(1 / 24, seconds(5)), false],
    ['after a minute and a half', burst(2, seconds(90)), false],
    ['within seconds, but among the last three', burst(2, seconds(5)).slice(2), false],
  ])('%s: %s', (_what, facts, expected) => {
    expect(fourth(facts)).toBe(expected);
  });

  test('a successor that nobody is known to have published replaced nothing', () => {
    const facts = burst(2, seconds(5)).map((one) => ({ ...one, published: 3 }));
    expect(fourth(facts)).toBe(false);
    expect(fourth(facts, { published: { rev: 8, modifiedMs: NOW } })).toBe(false);
    const published = { rev: 8, modifiedMs: NOW - 2 * DAY + MINUTE / 2 };
    expect(fourth(facts, { published })).toBe(true);
  });
});
