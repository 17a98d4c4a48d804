/** Which older indexes a new one can be spliced from. */
import type { IndexPlan } from '../formats/format.ts';
import { type IndexEntry, publishedEncodings } from './catalog.ts';

const MAX_OTHERS = 3;

/** True when an index was made by this plan from these runs (SHA-256 of their blobs). */
export function isCurrent(
  entry: IndexEntry,
  wanted: { readonly plan: IndexPlan; readonly digests: readonly string[] },
): boolean {
  const { plan, digests } = wanted;
  return (
    entry.component === plan.component &&
    entry.segment === plan.segment &&
    isSameList(entry.slots, plan.slots) &&
    isSameList(entry.runs, digests) &&
    isSameList(publishedEncodings(entry.files).toSorted(), plan.encodings.toSorted())
  );
}

/** Older indexes to copy from, in the order in which they are looked through. */
export interface Parents {
  /** Worth a look for a single leaf. */
  readonly near: readonly IndexEntry[];
  /** Worth a look when the near ones lack many leaves. */
  readonly far: readonly IndexEntry[];
}

/**
 * Near: an index that was just `made` and lists one of the same runs, which has that run's new leaves; the index's own entry.
 * Far: others whose segments are of the same kind and that list the same runs, or runs of the same name: a first package for
 * arm64 finds the segments of `all` in the index of amd64.
 */
export function parentsFor(
  plan: IndexPlan,
  have: {
    readonly digests: readonly string[];
    readonly entry: IndexEntry | undefined;
    readonly made: readonly IndexEntry[];
    readonly others: readonly IndexEntry[];
  },
): Parents {
  const { digests, entry, made, others } = have;
  const shared = (other: IndexEntry): number => other.runs.filter((run) => digests.includes(run)).length;
  const byShared = (indexes: readonly IndexEntry[]): IndexEntry[] =>
    indexes
      .filter((other) => other !== entry && other.segment === plan.segment)
      .sort((a, b) => shared(b) - shared(a));
  const [sibling] = byShared(made).filter((other) => shared(other) > 0);
  const far = byShared([...made, ...others])
    .filter((other) => other !== sibling)
    .filter((other) => shared(other) > 0 || other.slots.some((slot) => plan.slots.includes(slot)))
    .slice(0, MAX_OTHERS);
  return { near: [sibling, entry].filter((one) => one !== undefined), far };
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
