/**
 * What has to come along so that a machine which has nothing else can install what is wanted.
 *
 * ```
 * wanted ──needs──▶ libfoo (>= 2) | bar ──▶ what is chosen already, or else the first that can be had ──needs──▶ …
 *                                           └ whose own needs nobody meets: given up, and the next one taken
 * ```
 * Every chosen package keeps why it came, which leads back to somebody's wish.
 */
import type { Relation } from '../../formats/format.ts';
import type { Clause, InstallTerms, TermsReader } from '../../formats/install-rules.ts';
import { createProviderIndex } from '../gate/provider-index.ts';
import type { Offer } from './offers.ts';

/** Why a package is there: it was wanted, or another one, by number, needs or recommends it. */
export type Because<W> =
  | { readonly wish: W }
  | { readonly by: number; readonly clause: string; readonly recommended: boolean };

/** A need that nobody meets. */
export interface Unmet {
  readonly node: number;
  readonly clause: string;
}

export interface Closure<W> {
  /** Takes a package in with all that it needs. Otherwise nothing changes, and the chain of unmet needs is told, deepest last. */
  add(node: number, wish: W): readonly Unmet[] | undefined;
  /** Takes in what is recommended by all that is chosen, and by what comes in that way, where it can be had. */
  addRecommended(): void;
  /** Those that were chosen, in the order in which they came, and why. */
  readonly chosen: ReadonlyMap<number, Because<W>>;
  /** What they need and machines have to get from elsewhere, as it is written. */
  readonly elsewhere: ReadonlySet<string>;
  /** Who answers to a name, in the order in which apt would look at them. */
  answering(name: string): readonly number[];
}

export function createClosure<W>(
  offers: readonly Offer[],
  {
    reader,
    compareVersions,
    without,
    strict,
  }: {
    readonly reader: TermsReader;
    compareVersions(a: string, b: string): number;
    /** Those that cannot be had. */
    readonly without: (offer: Offer) => boolean;
    /** A need for a name that nobody has is unmet; otherwise machines have it from elsewhere. */
    readonly strict: boolean;
  },
): Closure<W> {
  const terms: readonly InstallTerms[] = offers.map((offer) => reader.read(offer));
  const index = createProviderIndex(
    offers.map(({ name, version }, node) => ({ name, version, provides: terms[node]?.provides ?? [] })),
    { compareVersions },
  );
  const chosen = new Map<number, Because<W>>();
  const elsewhere = new Set<string>();
  const dead = new Map<number, Unmet | undefined>();
  for (const [node, offer] of offers.entries()) if (without(offer)) dead.set(node, undefined);

  const optionsOf = (clause: Clause): readonly number[] | undefined => {
    const relations = reader.relationsOf(clause);
    return relations.length === 0 ? undefined : ordered(relations).filter((node) => !dead.has(node));
  };
  /** Of one alternative, the package of that very name comes before those that provide it. */
  const ordered = (relations: readonly Relation[]): readonly number[] =>
    relations.flatMap((relation) =>
      index.matches(relation).toSorted((a, b) => rank(a, relation) - rank(b, relation)),
    );
  const rank = (node: number, { name }: Relation): number =>
    offers[node]?.name === name.replace(/:.*$/, '') ? 0 : 1;

  const isFromElsewhere = (clause: Clause): boolean =>
    !strict && reader.relationsOf(clause).some(({ name }) => !index.isKnown(name));

  /** Undefined: all of it is chosen now. */
  const attempt = (root: number, because: Because<W>): Unmet | undefined => {
    const fresh = new Map<number, Because<W>>([[root, because]]);
    const open: string[] = [];
    for (const node of fresh.keys()) {
      for (const clause of terms[node]?.needs ?? []) {
        const options = optionsOf(clause);
        if (options?.some((one) => chosen.has(one) || fresh.has(one)) ?? true) continue;
        const [first] = options ?? [];
        if (first === undefined && isFromElsewhere(clause)) open.push(reader.textOf(clause));
        else if (first === undefined) return { node, clause: reader.textOf(clause) };
        else fresh.set(first, { by: node, clause: reader.textOf(clause), recommended: false });
      }
    }
    for (const [node, why] of fresh) chosen.set(node, why);
    for (const text of open) elsewhere.add(text);
    return undefined;
  };

  const take = (root: number, because: Because<W>): readonly Unmet[] | undefined => {
    const gone: Unmet[] = [];
    while (!chosen.has(root)) {
      if (dead.has(root)) return chainFrom(root, gone);
      const unmet = attempt(root, because);
      if (unmet === undefined) return undefined;
      dead.set(unmet.node, unmet);
      gone.push(unmet);
    }
    return undefined;
  };
  /** From the package that was asked for to the need behind it all. */
  const chainFrom = (root: number, gone: readonly Unmet[]): readonly Unmet[] => {
    const own = dead.get(root);
    return own === undefined ? [] : [own, ...gone.filter((one) => one.node !== root).reverse()];
  };

  return {
    ...{ chosen, elsewhere },
    add: (node, wish) => take(node, { wish }),
    addRecommended() {
      for (const node of chosen.keys()) {
        const offer = offers[node];
        for (const clause of offer === undefined ? [] : reader.recommends(offer)) {
          const options = optionsOf(clause) ?? [];
          if (options.some((one) => chosen.has(one))) continue;
          const because = { by: node, clause: reader.textOf(clause), recommended: true };
          options.some((one) => take(one, because) === undefined);
        }
      }
    },
    answering: (name) => ordered([{ name }]).filter((node) => !dead.has(node)),
  };
}
