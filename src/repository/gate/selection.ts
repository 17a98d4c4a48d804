/** Nodes that are chosen to be installed together; no two of them conflict. */
import type { DeadEnds } from './dead-ends.ts';
import type { Universe } from './universe.ts';

export interface Selection {
  /** In the order in which they were chosen. */
  readonly chosen: readonly number[];
  has(node: number): boolean;
  /** Whether it can be added: no dead end, and no conflict with what is chosen. */
  isFree(node: number): boolean;
  /** Adds a free node. */
  add(node: number): void;
  /** Takes back all but the first `count`. */
  shrinkTo(count: number): void;
}

export function createSelection(universe: Universe, deadEnds: DeadEnds): Selection {
  const chosen: number[] = [];
  const isChosen = new Uint8Array(universe.nodes.length);
  /** How many chosen nodes, and conflicts with each of them, keep a node out. */
  const blocks = new Uint32Array(universe.nodes.length);
  const block = (node: number, by: 1 | -1): void => {
    for (const other of universe.conflictsOf[node] ?? []) blocks[other] = (blocks[other] ?? 0) + by;
  };
  return {
    chosen,
    has: (node) => isChosen[node] === 1,
    isFree: (node) => isChosen[node] === 0 && blocks[node] === 0 && !deadEnds.isDead(node),
    add(node) {
      chosen.push(node);
      isChosen[node] = 1;
      block(node, 1);
    },
    shrinkTo(count) {
      for (const node of chosen.splice(count)) {
        isChosen[node] = 0;
        block(node, -1);
      }
    },
  };
}
