/** From wishes to the packages of one kind of machine: those that are meant, and all that they need. */
import { nearestWord } from '../../config/nearest-word.ts';
import type { InstallRules } from '../../formats/install-rules.ts';
import { type Because, type Closure, createClosure, type Unmet } from './closure.ts';
import type { Offer } from './offers.ts';
import { isPlain, matcherOf, matchesSection, type Wish } from './wishes.ts';

/** A package that belongs to the mirror. */
export interface Chosen {
  readonly offer: Offer;
  readonly because: Because<Wish>;
  /** Something that has to be there needs it. */
  readonly required: boolean;
}

/** A wish, or a package that a pattern means, that cannot be had. */
export interface Missing {
  readonly wish: Wish;
  /** Of the package; undefined: nothing fits the wish. */
  readonly name: string | undefined;
  /** Without it the mirror is nothing. */
  readonly required: boolean;
  readonly problem: string;
}

export interface Selection {
  /** By number: `Because` names them so. */
  readonly chosen: ReadonlyMap<number, Chosen>;
  readonly missing: readonly Missing[];
  /** Needs of the chosen ones for names that nobody has here. */
  readonly elsewhere: readonly string[];
}

export interface SelectOptions {
  readonly install: InstallRules;
  readonly architecture: string;
  compareVersions(a: string, b: string): number;
  /** What packages recommend comes along, where it can be had. */
  readonly recommends: boolean;
  /** Nothing comes from elsewhere. */
  readonly strict: boolean;
  /** Those that cannot be had. */
  readonly without?: (offer: Offer) => boolean;
}

/** What has to be there is chosen first, so that what may be there does not decide between alternatives. */
export function selectPackages(
  offers: readonly Offer[],
  wishes: readonly Wish[],
  { install, architecture, compareVersions, recommends, strict, without = () => false }: SelectOptions,
): Selection {
  const reader = install.createTermsReader(architecture);
  const closure = createClosure<Wish>(offers, { reader, compareVersions, without, strict });
  const numbers = new Map(offers.map(({ name }, node) => [name, node]));
  const missing: Missing[] = [];
  const required = new Set<number>();
  const inOrder = wishes.toSorted((a, b) => Number(b.required) - Number(a.required));
  for (const wish of inOrder) {
    const nodes = meant(wish, { offers, numbers, closure });
    if (nodes.length === 0) missing.push(absent(wish, numbers));
    for (const node of nodes) {
      const isRequired = wish.required && wish.by === 'name' && isPlain(wish.pattern);
      const unmet = closure.add(node, wish);
      if (unmet === undefined) continue;
      const name = offers[node]?.name;
      missing.push({ wish, name, required: isRequired, problem: describeUnmet(offers, unmet) });
    }
    if (wish.required) for (const node of closure.chosen.keys()) required.add(node);
  }
  if (recommends) closure.addRecommended();
  const chosen = new Map<number, Chosen>();
  for (const [node, because] of closure.chosen) {
    const offer = offers[node];
    if (offer !== undefined) chosen.set(node, { offer, because, required: required.has(node) });
  }
  return { chosen, missing, elsewhere: [...closure.elsewhere].sort() };
}

const FIELD: Readonly<Record<Wish['by'], RegExp | undefined>> = {
  name: undefined,
  section: /^section:[ \t]*(\S+)/im,
  priority: /^priority:[ \t]*(\S+)/im,
};

/** The packages that a wish means. A name that nobody has is one that somebody provides. */
function meant(
  { by, pattern }: Wish,
  at: {
    readonly offers: readonly Offer[];
    readonly numbers: ReadonlyMap<string, number>;
    readonly closure: Pick<Closure<Wish>, 'answering'>;
  },
): readonly number[] {
  if (by === 'name' && isPlain(pattern)) {
    const node = at.numbers.get(pattern);
    return node === undefined ? at.closure.answering(pattern).slice(0, 1) : [node];
  }
  const matches = matcherOf(pattern);
  const field = FIELD[by];
  const isMeant = (offer: Offer): boolean => {
    const value = field === undefined ? offer.name : (field.exec(offer.metadata)?.[1] ?? '');
    return by === 'section' ? matchesSection(value, matches) : matches(value);
  };
  return at.offers.flatMap((offer, node) => (isMeant(offer) ? [node] : []));
}

function absent(wish: Wish, numbers: ReadonlyMap<string, number>): Missing {
  const near =
    wish.by === 'name' && isPlain(wish.pattern) ? nearestWord(wish.pattern, [...numbers.keys()]) : undefined;
  const problem =
    near === undefined ? 'there is no such package' : `there is no such package; did you mean ${near}?`;
  return { wish, name: undefined, required: wish.required, problem };
}

function describeUnmet(offers: readonly Offer[], unmet: readonly Unmet[]): string {
  if (unmet.length === 0) return 'it cannot be had';
  return unmet.map(({ node, clause }) => `${offers[node]?.name} needs ${clause}`).join(', ');
}

/** How a package came in, from itself back to the wish. Empty: it is not chosen. */
export function whyChosen({ chosen }: Selection, name: string): readonly Chosen[] {
  const steps: Chosen[] = [];
  let at = [...chosen.values()].find(({ offer }) => offer.name === name);
  while (at !== undefined) {
    steps.push(at);
    at = 'wish' in at.because ? undefined : chosen.get(at.because.by);
  }
  return steps;
}
