/** Who answers to a name, and to a relation. */
import type { Relation } from '../../formats/format.ts';
import type { Candidate } from './candidates.ts';

/** A node under one of its names. */
export interface Provider {
  readonly node: number;
  readonly version: string | undefined;
}

export interface ProviderIndex {
  /** Whether anybody answers to the name. */
  isKnown(name: string): boolean;
  providersOf(name: string): readonly Provider[];
  /** Nodes that meet the relation. */
  matches(relation: Relation): readonly number[];
  /** Nodes that meet any of the alternatives, each once. */
  optionsFor(alternatives: readonly Relation[]): readonly number[];
}

/** Where a chain ends. */
const NOBODY = -1;

export function createProviderIndex(
  nodes: readonly Pick<Candidate, 'name' | 'version' | 'provides'>[],
  options: { compareVersions(a: string, b: string): number },
): ProviderIndex {
  // Chains in three flat lists: a list for each name would take several times the memory.
  const last = new Map<string, number>();
  const nodeOf: number[] = [];
  const versionOf: (string | undefined)[] = [];
  const previous: number[] = [];
  const add = (name: string, { node, version }: Provider): void => {
    previous.push(last.get(name) ?? NOBODY);
    nodeOf.push(node);
    last.set(name, versionOf.push(version) - 1);
  };
  for (const [node, { name, version, provides }] of nodes.entries()) {
    add(name, { node, version });
    for (const provided of provides) add(provided.name, { node, version: provided.version });
  }
  const matches = (relation: Relation): number[] => {
    const found: number[] = [];
    for (let at = last.get(relation.name) ?? NOBODY; at !== NOBODY; at = previous[at] ?? NOBODY)
      if (fits(versionOf[at], relation, options)) found.push(nodeOf[at] ?? NOBODY);
    return found.length < 2 ? found.slice() : found.reverse();
  };
  return {
    isKnown: (name) => last.has(name),
    providersOf(name) {
      const found: Provider[] = [];
      for (let at = last.get(name) ?? NOBODY; at !== NOBODY; at = previous[at] ?? NOBODY)
        found.push({ node: nodeOf[at] ?? NOBODY, version: versionOf[at] });
      return found.reverse();
    },
    matches,
    optionsFor: (alternatives) => {
      const [first] = alternatives;
      const found = alternatives.length === 1 && first ? matches(first) : alternatives.flatMap(matches);
      return found.length < 2 ? found : [...new Set(found)];
    },
  };
}

/** Whether something of `version` meets a relation to its name; what has no version meets only relations without one. */
export function fits(
  version: string | undefined,
  { operator, version: wanted }: Relation,
  { compareVersions }: { compareVersions(a: string, b: string): number },
): boolean {
  if (operator === undefined || wanted === undefined) return true;
  if (version === undefined) return false;
  const order = compareVersions(version, wanted);
  switch (operator) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}
