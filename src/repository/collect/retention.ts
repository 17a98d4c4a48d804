/**
 * Which revisions keep what they name. Pure.
 *
 * ```
 *   … 41   42   43   44   45   46 = newest             a record says which revision was published when it was written:
 *               │         ▲                            45 says 43, and 45 is older than the grace, so for the whole grace
 *               └─ says ──┘                            nobody was handed anything older than 43
 *   gone  gone  kept …                                 fewer than three changes since: more are kept
 * ```
 * Dates are the store's own, of when a record was stored: who prepared it may have slept for days before.
 */

/** What is asked of a revision. */
export interface RevisionFacts {
  readonly rev: number;
  /** The date in its record, milliseconds since 1970. */
  readonly signedAtMs: number;
  /** When the record was stored, by the store. */
  readonly storedMs: number;
  /** The revision that was published then. */
  readonly published: number;
  /** The same for two revisions with the same packages, as those of a sweep are. */
  readonly holds: string;
}

export interface RetentionRules {
  /** By the store's clock. */
  readonly nowMs: number;
  /** How long files stay after the last index that names them was replaced. */
  readonly graceMs: number;
  /** What is published now, and since when that is known. */
  readonly published: { readonly rev: number; readonly modifiedMs: number };
  /** Revisions before this one were collected already. */
  readonly wholeFrom: number;
}

/** States of the packages that are kept, however old they are: there is something to roll back to. */
const LEAST_STATES = 3;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** The first revision that keeps all that it names. `facts`: of the newest revisions, the newest first; more of them never make it less. */
export function keptFrom(facts: readonly RevisionFacts[], rules: RetentionRules): number {
  const { published, wholeFrom } = rules;
  const aged = rules.nowMs - rules.graceMs;
  const noted = facts.find(({ storedMs }) => storedMs <= aged)?.published ?? 0;
  const replaced = Math.max(noted, published.modifiedMs <= aged ? published.rev : 0);
  return Math.max(1, wholeFrom, Math.min(replaced, lastStates(facts)));
}

/**
 * True for a revision whose index files may go before the grace is over: it was replaced less than a minute after it was made, and
 * that was a day ago. `facts`: those of the later revisions, the newest first.
 */
export function isBrief(
  revision: RevisionFacts,
  facts: readonly RevisionFacts[],
  rules: RetentionRules,
): boolean {
  if (revision.rev >= lastStates(facts)) return false;
  const { published, nowMs } = rules;
  const noted = facts.findLast((later) => later.published > revision.rev)?.storedMs;
  const replacedMs = noted ?? (published.rev > revision.rev ? published.modifiedMs : nowMs);
  return replacedMs - revision.signedAtMs < MINUTE_MS && nowMs - replacedMs >= DAY_MS;
}

/** The newest revision with the third last state of the packages; 1 when there are fewer states. */
function lastStates(facts: readonly RevisionFacts[]): number {
  let states = 0;
  let before: string | undefined;
  for (const { rev, holds } of facts) {
    if (holds !== before && ++states === LEAST_STATES) return rev;
    before = holds;
  }
  return 1;
}
