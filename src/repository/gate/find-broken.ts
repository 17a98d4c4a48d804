/** What a change breaks: packages that could be installed before it, and cannot afterwards. */
import type { Effort } from './effort.ts';
import { explain } from './explain.ts';
import { findInstallable } from './installable.ts';
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
  readonly broken: readonly BrokenPackage[];
  /** How many names were not decided about within the effort; they count as unbroken. */
  readonly undecided: number;
}

/** Looks at `names`, those that the channel lists on both sides. `channel`: how the lines call it. */
export function findBroken(
  universe: Universe,
  names: ReadonlySet<string>,
  { effort, channel }: { readonly effort: Effort; readonly channel: string },
): Findings {
  const affected = findAffected(universe);
  const beforeOf = new Map<string, number>();
  for (const node of affected) {
    const { name = '' } = universe.nodes[node] ?? {};
    if (names.has(name) && universe.isOn(node, BEFORE)) beforeOf.set(name, node);
  }
  const afterOf = new Map<number, number>();
  for (const node of affected) {
    const before = beforeOf.get(universe.nodes[node]?.name ?? '');
    if (before !== undefined && universe.isOn(node, AFTER)) afterOf.set(node, before);
  }
  const after = findInstallable(universe, [...afterOf.keys()], { side: AFTER, effort });
  if (after.uninstallable.size === 0) return { broken: [], undecided: after.unknown.length };
  const lost = [...after.uninstallable.keys()];
  const earlier = lost.map((node) => afterOf.get(node) ?? node);
  const before = findInstallable(universe, earlier, { side: BEFORE, effort });
  const broken = lost.flatMap((node, index) => {
    const { name, version, architecture } = universe.nodes[node] ?? {};
    if (name === undefined || version === undefined || architecture === undefined) return [];
    if (!before.installable.has(earlier[index] ?? -1)) return [];
    const chain = explain(universe, node, {
      deadEnds: after.deadEnds,
      clash: after.uninstallable.get(node),
      channel,
    });
    return [{ name, version, architecture, chain }];
  });
  return { broken, undecided: after.unknown.length + before.unknown.length };
}

/** What is not on both sides, and whatever may need such a node, near or far. Nothing else can break. */
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
