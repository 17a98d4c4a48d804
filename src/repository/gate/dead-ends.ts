/** Packages that cannot be installed whatever else is: something that they need is met by nobody, or by dead ends only. */
import type { Side } from './side.ts';
import type { Universe } from './universe.ts';

export interface DeadEnds {
  isDead(node: number): boolean;
  /**
   * The need that nothing meets; its options were dead before, so that following it comes to an end.
   * Undefined for nodes that are not dead, or not on the side at all.
   */
  unmetNeed(node: number): number | undefined;
}

/** All of one side. What needs each other in a circle is fine, as for apt. */
export function findDeadEnds(universe: Universe, side: Side): DeadEnds {
  const { nodes, needs, neededBy, optionOf, isOn } = universe;
  const dead = Uint8Array.from(nodes, (_, node) => (isOn(node, side) ? 0 : 1));
  const reason = new Map<number, number>();
  const left = Uint32Array.from(needs, ({ options }) => options.filter((node) => dead[node] === 0).length);
  const hopeless: number[] = [];
  for (const [need, count] of left.entries()) if (count === 0) hopeless.push(need);
  for (let need = hopeless.pop(); need !== undefined; need = hopeless.pop()) {
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
