/** What a change breaks: packages that could be installed before it, and cannot afterwards. */
import { type DeadEnds, findDeadEnds } from './dead-ends.ts';
import type { Effort } from './effort.ts';
import { explain } from './explain.ts';
import { findInstallable } from './installable.ts';
import type { Clash } from './search.ts';
import { AFTER, BEFORE } from './side.ts';
import type { Universe } from './universe.ts';

/** A package that a change makes uninstallable. */
export interface BrokenPackage {
  readonly name: string;
  /** The version that would have been installed afterwards. */
  readonly version: string;
  readonly architecture: string;
  /** Why, from the package to what it lacks: a line for each step. */
  readonly chain: readonly string[];
}

export interface Findings {
  /** Those nearest to the change, some {@link MAX_BROKEN} at most. */
  readonly broken: readonly BrokenPackage[];
  /** Whether there may be more. */
  readonly isMore: boolean;
  /** How many names were not decided about within the effort; they count as unbroken. */
  readonly undecided: number;
}

/** Nobody reads more. */
const MAX_BROKEN = 100;

/** The candidates of a name. */
interface Pair {
  readonly before: number;
  readonly after: number;
}

interface Search {
  readonly effort: Effort;
  /** How lines call the channel. */
  readonly channel: string;
}

/** Looks at `names`, those that the channel lists on both sides. */
export function findBroken(universe: Universe, names: ReadonlySet<string>, search: Search): Findings {
  const { effort } = search;
  const deadEnds = findDeadEnds(universe, AFTER);
  const pairs = findPairs(universe, names);
  const isDead = ({ after }: Pair): boolean => deadEnds.isDead(after);
  const fallen = pairs.filter(isDead).map((pair) => ({ ...pair, clash: undefined }));
  const first = confirm(universe, fallen, { ...search, deadEnds });
  const rest = pairs.filter((pair) => !isDead(pair));
  const roots = rest.map(({ after }) => after);
  const { uninstallable, unknown } = findInstallable(universe, roots, { deadEnds, effort });
  const apart = rest.flatMap((pair) =>
    uninstallable.has(pair.after) ? { ...pair, clash: uninstallable.get(pair.after) } : [],
  );
  const second = confirm(universe, apart, { ...search, deadEnds });
  return {
    broken: [...first.broken, ...second.broken],
    isMore: first.isMore || second.isMore,
    undecided: first.undecided + second.undecided + unknown.length,
  };
}

/** Those of packages which cannot be installed afterwards that could be before. */
function confirm(
  universe: Universe,
  lost: readonly (Pair & { readonly clash: Clash | undefined })[],
  { effort, channel, deadEnds: after }: Search & { readonly deadEnds: DeadEnds },
): Findings {
  if (lost.length === 0) return { broken: [], isMore: false, undecided: 0 };
  const deadEnds = findDeadEnds(universe, BEFORE);
  const candidates = lost.filter(({ before }) => !deadEnds.isDead(before));
  let undecided = 0;
  for (let at = 0; at < candidates.length; at += MAX_BROKEN) {
    const some = candidates.slice(at, at + MAX_BROKEN);
    const roots = some.map(({ before }) => before);
    const { installable, unknown } = findInstallable(universe, roots, { deadEnds, effort });
    undecided += unknown.length;
    const broken = some.flatMap(({ before, after: node, clash }) => {
      const candidate = universe.nodes[node];
      if (candidate === undefined || !installable.has(before)) return [];
      const { name, version, architecture } = candidate;
      return {
        name,
        version,
        architecture,
        chain: explain(universe, node, { deadEnds: after, clash, channel }),
      };
    });
    if (broken.length > 0) return { broken, isMore: at + MAX_BROKEN < candidates.length, undecided };
  }
  return { broken: [], isMore: false, undecided };
}

/** The candidates of those names that a change can break, near ones first. */
function findPairs(universe: Universe, names: ReadonlySet<string>): readonly Pair[] {
  const earlier = new Map<string, number>();
  const affected = findAffected(universe);
  for (const node of affected) {
    const { name = '' } = universe.nodes[node] ?? {};
    if (names.has(name) && universe.isOn(node, BEFORE)) earlier.set(name, node);
  }
  return affected.flatMap((after) => {
    const before = earlier.get(universe.nodes[after]?.name ?? '');
    return before !== undefined && universe.isOn(after, AFTER) ? { before, after } : [];
  });
}

/** What is not on both sides, and whatever may need such a node, near ones first. Nothing else can break. */
function findAffected(universe: Universe): readonly number[] {
  const { nodes, optionOf, neededBy } = universe;
  const isAffected = Uint8Array.from(nodes, ({ sides }) => (sides === (BEFORE | AFTER) ? 0 : 1));
  const affected: number[] = [];
  for (const node of nodes.keys()) if (isAffected[node] === 1) affected.push(node);
  for (const node of affected) {
    for (const need of optionOf[node] ?? []) {
      for (const other of neededBy[need] ?? []) {
        if (isAffected[other] === 1) continue;
        isAffected[other] = 1;
        affected.push(other);
      }
    }
  }
  return affected;
}
