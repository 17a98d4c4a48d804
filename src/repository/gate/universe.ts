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

/** Something that a node needs; needs with the same text are one. */
export interface UniverseNeed {
  readonly clause: Clause;
  /** Nodes of either side that meet it, alternatives in their order. */
  readonly options: readonly number[];
}

export interface Universe {
  readonly nodes: readonly Candidate[];
  readonly needs: readonly UniverseNeed[];
  /** Needs of each node, without those that count as met because nobody here provides the name. */
  readonly needsOf: readonly (readonly number[])[];
  /** Nodes of each need. */
  readonly neededBy: readonly (readonly number[])[];
  /** Needs for which each node is an option. */
  readonly optionOf: readonly (readonly number[])[];
  /** Nodes that cannot be installed beside each node, whichever of the two says so. */
  readonly conflictsOf: readonly (readonly number[])[];
  /** The clause of one of two nodes that keeps them apart. */
  conflictBetween(a: number, b: number): { readonly by: number; readonly clause: Clause } | undefined;
  isOn(node: number, side: Side): boolean;
  /** Who answers to the names of a clause, in whatever version. */
  providersFor(clause: Clause): readonly (Provider & { readonly name: string })[];
}

export interface UniverseOptions {
  /** The reader of the candidates' terms. */
  readonly reader: Pick<TermsReader, 'relationsOf'>;
  compareVersions(a: string, b: string): number;
  /** A name that nobody here provides, on neither side, is unmet; otherwise it comes from elsewhere and counts as met. */
  readonly strict: boolean;
  /** When it is used up, what is left counts as met. */
  readonly effort: Effort;
}

/** In place of the number of a need. */
const MET = -1;

export function createUniverse(nodes: readonly Candidate[], options: UniverseOptions): Universe {
  const index = createProviderIndex(nodes, options);
  const needs: UniverseNeed[] = [];
  /** Numbers of needs by those that their reader gave them. */
  const numberOf: number[] = [];

  /** Its number; {@link MET} when it counts as met. */
  const addNeed = (clause: Clause): number => {
    const alternatives = options.reader.relationsOf(clause);
    const isFromElsewhere = !options.strict && alternatives.some(({ name }) => !index.isKnown(name));
    if (alternatives.length === 0 || isFromElsewhere) return MET;
    const found = index.optionsFor(alternatives);
    return options.effort.spend(found.length) ? needs.push({ clause, options: found }) - 1 : MET;
  };
  const numbersOf = (clauses: readonly Clause[]): readonly number[] => {
    const numbers: number[] = [];
    for (const clause of clauses) {
      const number = numberOf[clause.id] ?? addNeed(clause);
      numberOf[clause.id] = number;
      if (number !== MET && !numbers.includes(number)) numbers.push(number);
    }
    return numbers.length === 0 ? NOTHING : numbers.slice();
  };
  const needsOf = nodes.map(({ terms }) => numbersOf(terms.needs));

  /** By the number of the clause. */
  const matchesOf: (readonly number[])[] = [];
  const matchesFor = (clause: Clause): readonly number[] => {
    const known = matchesOf[clause.id] ?? index.optionsFor(options.reader.relationsOf(clause));
    matchesOf[clause.id] = known;
    return known;
  };
  const conflictsOf: (number[] | undefined)[] = nodes.map(() => undefined);
  const keepApart = (node: number, other: number): void => {
    const known = conflictsOf[node];
    if (known === undefined) conflictsOf[node] = [other];
    else known.push(other);
  };
  for (const [node, { terms, sides }] of nodes.entries()) {
    for (const clause of terms.conflicts) {
      const met = matchesFor(clause);
      if (!options.effort.spend(met.length)) break;
      for (const other of met) {
        if (other === node || ((nodes[other]?.sides ?? 0) & sides) === 0) continue;
        keepApart(node, other);
        keepApart(other, node);
      }
    }
  }

  const clauseAgainst = (by: number, other: number): Clause | undefined =>
    nodes[by]?.terms.conflicts.find(({ id }) => matchesOf[id]?.includes(other));

  return {
    nodes,
    needs,
    needsOf,
    neededBy: invertLists(needsOf, needs.length),
    optionOf: invertLists(
      needs.map((one) => one.options),
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
    isOn: (node, side) => ((nodes[node]?.sides ?? 0) & side) !== 0,
    providersFor: (clause) =>
      options.reader
        .relationsOf(clause)
        .flatMap(({ name }) => index.providersOf(name).map((provider) => ({ name, ...provider }))),
  };
}

const NOTHING: readonly never[] = [];
