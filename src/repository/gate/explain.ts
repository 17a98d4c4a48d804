/**
 * Why a package cannot be installed, in words, a line for each step.
 *
 * ```
 * app 1.0 amd64 depends on middle (>= 1)
 * middle 1.0 amd64 depends on lib (>= 2), of which stable would have only lib 1.0
 * ```
 */
import type { Clause } from '../../formats/install-rules.ts';
import type { DeadEnds } from './dead-ends.ts';
import type { Clash } from './search.ts';
import { AFTER } from './side.ts';
import type { Universe } from './universe.ts';

/** More steps than this say nothing to a person. */
const MAX_STEPS = 12;

export function explain(
  universe: Universe,
  node: number,
  reasons: { readonly deadEnds: DeadEnds; readonly clash: Clash | undefined; readonly channel: string },
): readonly string[] {
  const lines =
    reasons.clash === undefined
      ? explainDeadEnd(universe, node, reasons)
      : explainClash(universe, reasons.clash);
  return lines.length <= MAX_STEPS ? lines : [...lines.slice(0, MAX_STEPS - 2), '…', ...lines.slice(-1)];
}

function explainDeadEnd(
  universe: Universe,
  start: number,
  { deadEnds, channel }: { readonly deadEnds: DeadEnds; readonly channel: string },
): string[] {
  const lines: string[] = [];
  for (let node: number | undefined = start; node !== undefined; ) {
    const need = deadEnds.unmetNeed(node);
    if (need === undefined) break;
    const next = universe.optionsOf[need]?.find((option) => universe.isOn(option, AFTER));
    const what = `${describeNode(universe, node)} depends on ${describe(universe, need)}`;
    lines.push(next === undefined ? `${what}, ${describeLack(universe, need, channel)}` : what);
    node = next;
  }
  return lines;
}

function describeLack(universe: Universe, clause: Clause, channel: string): string {
  const others = new Set<string>();
  for (const { name, node, version } of universe.providersFor(clause)) {
    const own = universe.nodes[node];
    if (own === undefined || !universe.isOn(node, AFTER)) continue;
    const what = version === undefined ? name : `${name} ${version}`;
    others.add(own.name === name ? what : `${what} of ${own.name} ${own.version}`);
  }
  return others.size === 0
    ? `which ${channel} would not have`
    : `of which ${channel} would have only ${[...others].slice(0, 3).join(', ')}`;
}

function explainClash(universe: Universe, { path, need, option, against }: Clash): string[] {
  const last = path.at(-1) ?? option;
  const enemy = against.at(-1) ?? option;
  const between = universe.conflictBetween(option, enemy);
  const [by, other] = between?.by === enemy ? [enemy, option] : [option, enemy];
  const clause = between === undefined ? '' : ` (${describe(universe, between.clause)})`;
  return [
    ...steps(universe, path),
    `${describeNode(universe, last)} depends on ${describe(universe, need)}`,
    ...steps(universe, against),
    `${describeNode(universe, by)} conflicts with ${describeNode(universe, other)}${clause}`,
  ];
}

function steps(universe: Universe, path: readonly number[]): string[] {
  return path.slice(1).map((node, index) => {
    const from = path[index] ?? node;
    const need = universe.needsOf[from]?.find((each) => universe.optionsOf[each]?.includes(node));
    return `${describeNode(universe, from)} depends on ${need === undefined ? '' : describe(universe, need)}`;
  });
}

function describeNode(universe: Universe, node: number): string {
  const { name, version, architecture } = universe.nodes[node] ?? {};
  return `${name} ${version} ${architecture}`;
}

/** As it is written, in one line. */
function describe(universe: Universe, clause: Clause): string {
  return universe.textOf(clause).replaceAll(/\s+/g, ' ');
}
