/**
 * Whether there is any way to install a package: forced choices first, then all others if need be. Exact, as long as the
 * effort lasts.
 */
import type { Clause } from '../../formats/install-rules.ts';
import type { DeadEnds } from './dead-ends.ts';
import type { Effort } from './effort.ts';
import { createSelection } from './selection.ts';
import type { Universe } from './universe.ts';

/** `found`: a way to install it. `none`: there is none. `unknown`: the effort is used up. */
export type Found =
  | { readonly outcome: 'found'; readonly nodes: readonly number[] }
  | { readonly outcome: 'none'; readonly clash: Clash | undefined }
  | { readonly outcome: 'unknown' };

/** The first choice that failed. */
export interface Clash {
  /** Nodes from the root on, each needed by the one before. */
  readonly path: readonly number[];
  /** What the last of them needs. */
  readonly need: Clause;
  /** Would meet the need if it did not conflict with a node that is chosen. */
  readonly option: number;
  /** From the root to that node. */
  readonly against: readonly number[];
}

/** A need of a chosen node. */
interface Open {
  readonly need: Clause;
  readonly node: number;
}

/** A need with several free options, and where things stood. */
interface Decision {
  readonly options: readonly number[];
  readonly node: number;
  tried: number;
  readonly chosen: number;
  readonly open: number;
  readonly met: number;
}

export function searchInstallation(
  universe: Universe,
  root: number,
  { deadEnds, effort }: { readonly deadEnds: DeadEnds; readonly effort: Effort },
): Found {
  const selection = createSelection(universe, deadEnds);
  if (!selection.isFree(root)) return { outcome: 'none', clash: undefined };
  const parents = new Map<number, number>();
  const open: Open[] = [];
  /** The needs before this one are met. */
  let met = 0;
  let clash: Clash | undefined;

  const choose = (node: number, parent: number): void => {
    selection.add(node);
    parents.set(node, parent);
    for (const need of universe.needsOf[node] ?? [])
      if (universe.optionsOf[need] !== undefined) open.push({ need, node });
  };
  const pathTo = (node: number): readonly number[] => {
    const path = [node];
    for (let at = node; at !== root; path.unshift(at)) at = parents.get(at) ?? root;
    return path;
  };
  const describe = ({ need, node }: Open): Clash | undefined => {
    for (const option of universe.optionsOf[need] ?? []) {
      const against = (universe.conflictsOf[option] ?? []).find(selection.has);
      if (!deadEnds.isDead(option) && against !== undefined)
        return { path: pathTo(node), need, option, against: pathTo(against) };
    }
    return undefined;
  };

  /** Makes the choices that are forced. The first need with a choice, `done` when all are met, or `stuck`. */
  const settle = (): Decision | 'done' | 'stuck' => {
    for (;;) {
      let isForced = false;
      let decision: Decision | undefined;
      for (let at = met; at < open.length; at++) {
        const one = open[at];
        const options = one === undefined ? [] : (universe.optionsOf[one.need] ?? []);
        if (one === undefined || !effort.spend(1)) return 'stuck';
        if (options.some(selection.has)) {
          if (at === met) met++;
          continue;
        }
        const free = options.filter(selection.isFree);
        const [first] = free;
        if (first === undefined) {
          clash ??= describe(one);
          return 'stuck';
        }
        if (free.length === 1) {
          choose(first, one.node);
          isForced = true;
        } else {
          const { length: chosen } = selection.chosen;
          decision ??= { options: free, node: one.node, tried: 0, chosen, open: open.length, met };
        }
      }
      if (!isForced) return decision ?? 'done';
    }
  };

  choose(root, root);
  const decisions: Decision[] = [];
  for (;;) {
    const settled = settle();
    if (settled === 'done') return { outcome: 'found', nodes: [...selection.chosen] };
    if (effort.isSpent) return { outcome: 'unknown' };
    if (settled !== 'stuck') decisions.push(settled);
    let last = decisions.at(-1);
    while (last !== undefined && last.tried === last.options.length) {
      decisions.pop();
      last = decisions.at(-1);
    }
    if (last === undefined) return { outcome: 'none', clash };
    selection.shrinkTo(last.chosen);
    open.length = last.open;
    met = last.met;
    choose(last.options[last.tried++] ?? root, last.node);
  }
}
