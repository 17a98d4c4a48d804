/**
 * All that one kind of machine can install from a channel, before and after a change, as numbers: nodes are the candidates of
 * both sides, needs and conflicts point to the nodes that meet them.
 *
 * ```
 * offered packages ─newest of each name─▶ nodes     app 1.0 (both)   lib 1.0 (before)   lib 2.0 (after)
 *                                         needs     lib (= 1.0) ─▶ lib 1.0           met before, by nobody after
 * ```
 *
 * Only the newest version of a name can be installed, as apt has it: it never goes back to an older one to meet a dependency.
 */
import type { Clause, TermsReader } from '../../formats/install-rules.ts';
import type { Candidate } from './candidates.ts';
import type { Effort } from './effort.ts';
import { invertLists } from './invert-lists.ts';
import { createProviderIndex, type Provider } from './provider-index.ts';
import type { Side } from './side.ts';

export interface Universe {
  readonly nodes: readonly Candidate[];
  /** What each node needs. */
  readonly needsOf: readonly (readonly Clause[])[];
  /** By clause: nodes of either side that meet it, alternatives in their order. Undefined: nobody needs it, or it counts as met. */
  readonly optionsOf: readonly (readonly number[] | undefined)[];
  /** By clause: nodes that need it. */
  readonly neededBy: readonly (readonly number[])[];
  /** Clauses for which each node is an option. */
  readonly optionOf: readonly (readonly Clause[])[];
  /** Nodes that cannot be installed beside each node, whichever of the two says so. */
  readonly conflictsOf: readonly (readonly number[])[];
  /** The clause of one of two nodes that keeps them apart. */
  conflictBetween(a: number, b: number): { readonly by: number; readonly clause: Clause } | undefined;
  isOn(node: number, side: Side): boolean;
  /** Who answers to the names of a clause, in whatever version. */
  providersFor(clause: Clause): readonly (Provider & { readonly name: string })[];
  textOf(clause: Clause): string;
}

export interface UniverseOptions {
  /** The reader of the candidates' terms. */
  readonly reader: Pick<TermsReader, 'relationsOf' | 'textOf'>;
  compareVersions(a: string, b: string): number;
  /** A name that nobody here provides, on neither side, is unmet; otherwise it comes from elsewhere and counts as met. */
  readonly strict: boolean;
  /** When it is used up, what is left counts as met. */
  readonly effort: Effort;
}

export function createUniverse(nodes: readonly Candidate[], options: UniverseOptions): Universe {
  const { reader, effort, strict } = options;
  const index = createProviderIndex(nodes, options);
  const needsOf = nodes.map(({ needs }) => needs);
  const neededBy = invertLists(needsOf);

  const optionsFor = (clause: Clause): readonly number[] | undefined => {
    const alternatives = reader.relationsOf(clause);
    const isFromElsewhere = !strict && alternatives.some(({ name }) => !index.isKnown(name));
    if (alternatives.length === 0 || isFromElsewhere) return undefined;
    const found = index.optionsFor(alternatives);
    return effort.spend(found.length) ? found : undefined;
  };
  const optionsOf = neededBy.map((own, clause) => (own.length === 0 ? undefined : optionsFor(clause)));

  /** By clause. */
  const matchesOf: (readonly number[])[] = [];
  const matchesFor = (clause: Clause): readonly number[] => {
    const known = matchesOf[clause] ?? index.optionsFor(reader.relationsOf(clause));
    matchesOf[clause] = known;
    return known;
  };
  const conflictsOf: (number[] | undefined)[] = nodes.map(() => undefined);
  const keepApart = (node: number, other: number): void => {
    const known = conflictsOf[node];
    if (known === undefined) conflictsOf[node] = [other];
    else known.push(other);
  };
  for (const [node, { conflicts, sides }] of nodes.entries()) {
    for (const clause of conflicts) {
      const met = matchesFor(clause);
      if (!effort.spend(met.length)) break;
      for (const other of met) {
        if (other === node || ((nodes[other]?.sides ?? 0) & sides) === 0) continue;
        keepApart(node, other);
        keepApart(other, node);
      }
    }
  }

  const clauseAgainst = (by: number, other: number): Clause | undefined =>
    nodes[by]?.conflicts.find((clause) => matchesOf[clause]?.includes(other));

  return {
    nodes,
    needsOf,
    optionsOf,
    neededBy,
    optionOf: invertLists(
      optionsOf.map((own) => own ?? NOTHING),
      nodes.length,
    ),
    conflictsOf: conflictsOf.map((list) => list ?? NOTHING),
    conflictBetween: (a, b) => {
      for (const [by, other] of [[a, b] as const, [b, a] as const]) {
        const clause = clauseAgainst(by, other);
        if (clause !== undefined) return { by, clause };
      }
      return undefined;
    },
    textOf: reader.textOf,
    isOn: (node, side) => ((nodes[node]?.sides ?? 0) & side) !== 0,
    providersFor: (clause) =>
      reader
        .relationsOf(clause)
        .flatMap(({ name }) => index.providersOf(name).map((provider) => ({ name, ...provider }))),
  };
}

const NOTHING: readonly never[] = [];
