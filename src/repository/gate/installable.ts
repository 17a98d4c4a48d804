/** Which packages can be installed on a machine that has nothing yet. */
import type { DeadEnds } from './dead-ends.ts';
import type { Effort } from './effort.ts';
import { type Clash, searchInstallation } from './search.ts';
import type { Universe } from './universe.ts';
import { packWorlds } from './worlds.ts';

export interface Verdicts {
  readonly installable: ReadonlySet<number>;
  /** With the conflict in their way; without one they are dead ends. */
  readonly uninstallable: ReadonlyMap<number, Clash | undefined>;
  /** Not decided within the effort. */
  readonly unknown: readonly number[];
}

/** Decides about `roots`, nodes of the side of `deadEnds`. */
export function findInstallable(
  universe: Universe,
  roots: readonly number[],
  { deadEnds, effort }: { readonly deadEnds: DeadEnds; readonly effort: Effort },
): Verdicts {
  const { proven, left } = packWorlds(universe, roots, { deadEnds, effort });
  const installable = new Set(proven);
  const uninstallable = new Map<number, Clash | undefined>();
  const unknown: number[] = [];
  for (const root of roots) if (deadEnds.isDead(root)) uninstallable.set(root, undefined);
  for (const root of left) {
    if (installable.has(root)) continue;
    const found = searchInstallation(universe, root, { deadEnds, effort });
    if (found.outcome === 'found') for (const node of found.nodes) installable.add(node);
    else if (found.outcome === 'none') uninstallable.set(root, found.clash);
    else unknown.push(root);
  }
  return { installable, uninstallable, unknown };
}
