/**
 * The quick way to see that most packages can be installed: machines that have as much as fits, all at once.
 *
 * ```
 * roots ──▶ world 1: each with the first alternatives that fit to what is there already
 *   └ those that do not fit ──▶ world 2: … ──▶ … ──▶ a few that are left, for the search
 * ```
 * Whatever is in a world can be installed: the world is a way to do it.
 */
import type { DeadEnds } from './dead-ends.ts';
import type { Effort } from './effort.ts';
import { createSelection, type Selection } from './selection.ts';
import type { Universe } from './universe.ts';

/** What fits nowhere after so many worlds is cheaper searched for one by one. */
const MAX_WORLDS = 12;

/** Nodes that were seen to be installable, and the roots of which nothing is known yet. */
export interface Packed {
  readonly proven: ReadonlySet<number>;
  readonly left: readonly number[];
}

export function packWorlds(
  universe: Universe,
  roots: readonly number[],
  { deadEnds, effort }: { readonly deadEnds: DeadEnds; readonly effort: Effort },
): Packed {
  const proven = new Set<number>();
  let left = roots.filter((node) => !deadEnds.isDead(node));
  for (let count = 0; count < MAX_WORLDS && left.length > 0; count++) {
    const world = createSelection(universe, deadEnds);
    for (const root of left) if (!proven.has(root)) addWhole(universe, root, { world, effort });
    for (const node of world.chosen) proven.add(node);
    const rest = left.filter((node) => !proven.has(node));
    if (rest.length === left.length) break;
    left = rest;
  }
  return { proven, left };
}

/** Adds `root` with all that it needs, or nothing: where the first choices meet a conflict, no others are tried. */
function addWhole(
  universe: Universe,
  root: number,
  { world, effort }: { readonly world: Selection; readonly effort: Effort },
): void {
  if (world.has(root) || !world.isFree(root)) return;
  const start = world.chosen.length;
  world.add(root);
  for (let at = start; at < world.chosen.length; at++) {
    for (const need of universe.needsOf[world.chosen[at] ?? -1] ?? []) {
      const options = universe.optionsOf[need];
      if (options === undefined || options.some(world.has)) continue;
      const option = options.find(world.isFree);
      if (option === undefined || !effort.spend(1)) {
        world.shrinkTo(start);
        return;
      }
      world.add(option);
    }
  }
}
