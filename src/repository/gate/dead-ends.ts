/** Packages that cannot be installed whatever else is: something that they need is met by nobody, or by dead ends only. */
import type { Clause } from '../../formats/install-rules.ts';
import type { Side } from './side.ts';
import type { Universe } from './universe.ts';

export interface DeadEnds {
  isDead(node: number): boolean;
  /**
   * The need that nothing meets; its options were dead before, so that following it comes to an end.
   * Undefined for nodes that are not dead, or not on the side at all.
   */
  unmetNeed(node: number): Clause | undefined;
}

/** All of one side. What needs each other in a circle is fine, as for apt. */
export function findDeadEnds(universe: Universe, side: Side): DeadEnds {
  const { nodes, optionsOf, neededBy, optionOf, isOn } = universe;
  const dead = Uint8Array.from(nodes, (_, node) => (isOn(node, side) ? 0 : 1));
  const reason = new Map<number, Clause>();
  const left = new Uint32Array(optionsOf.length);
  const hopeless: Clause[] = [];
  for (const [need, options] of optionsOf.entries()) {
    if (options === undefined) continue;
    let count = 0;
    for (const node of options) if (dead[node] === 0) count++;
    left[need] = count;
    if (count === 0) hopeless.push(need);
  }
  // In the order in which they fall: the reasons that are found are the shortest ones.
  for (const need of hopeless) {
    for (const node of neededBy[need] ?? []) {
      if (dead[node] === 1) continue;
      dead[node] = 1;
      reason.set(node, need);
      for (const lost of optionOf[node] ?? []) {
        const rest = (left[lost] ?? 0) - 1;
        left[lost] = rest;
        if (rest === 0) hopeless.push(lost);
      }
    }
  }
  return { isDead: (node) => dead[node] === 1, unmetNeed: (node) => reason.get(node) };
}
