/** Which older indexes a new one can be spliced from. */
import type { IndexPlan } from '../formats/format.ts';
import { type IndexEntry, publishedEncodings } from './catalog.ts';

/** How many other indexes are looked through when the one before lacks many leaves. */
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

/**
 * The index's own entry, then others whose segments are of the same kind and that list the same runs, or runs of the same
 * name: a first package for arm64 finds the segments of `all` in the index of amd64.
 */
export function parentsFor(
  plan: IndexPlan,
  have: {
    readonly digests: readonly string[];
    readonly entry: IndexEntry | undefined;
    readonly others: readonly IndexEntry[];
  },
): readonly IndexEntry[] {
  const { digests, entry, others } = have;
  const shared = (other: IndexEntry): number => other.runs.filter((run) => digests.includes(run)).length;
  const donors = others
    .filter((other) => other !== entry && other.segment === plan.segment)
    .filter((other) => shared(other) > 0 || other.slots.some((slot) => plan.slots.includes(slot)))
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, MAX_OTHERS);
  return entry ? [entry, ...donors] : donors;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
