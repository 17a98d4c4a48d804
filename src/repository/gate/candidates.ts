/** Which version of each name a machine would install: the newest one that it sees, of equal ones the first. */
import type { InstallTerms, TermsReader, TermsSource } from '../../formats/install-rules.ts';
import { AFTER, BEFORE, type Side } from './side.ts';

/** A version that may be the candidate of its name. */
export type Offer = TermsSource & { readonly architecture: string };

/** The candidate of its name on the sides whose bits are set. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly terms: InstallTerms;
  readonly sides: number;
}

export interface Candidates {
  /** Takes a package that a machine sees on the sides whose bits are set. */
  offer(offer: Offer, sides: number): void;
  /** All candidates. */
  list(): readonly Candidate[];
}

type Chosen = Omit<Candidate, 'sides'> & { sides: number };
/** The best so far. */
type Held = { [S in Side]: Chosen | undefined };

const SIDES: readonly Side[] = [BEFORE, AFTER];

export function createCandidates(rules: {
  readonly reader: Pick<TermsReader, 'read'>;
  compareVersions(a: string, b: string): number;
}): Candidates {
  const all: Chosen[] = [];
  const byName = new Map<string, Held>();
  const isBest = ({ version }: Offer, old: Chosen | undefined): boolean =>
    old === undefined || rules.compareVersions(version, old.version) > 0;
  return {
    offer(offer, sides) {
      const { name, version, architecture } = offer;
      const held = byName.get(name) ?? { [BEFORE]: undefined, [AFTER]: undefined };
      const won = SIDES.filter((side) => (sides & side) !== 0 && isBest(offer, held[side]));
      if (won.length === 0) return;
      const chosen: Chosen = { name, version, architecture, terms: rules.reader.read(offer), sides: 0 };
      for (const side of won) {
        const old = held[side];
        if (old !== undefined) old.sides -= side;
        chosen.sides += side;
        held[side] = chosen;
      }
      byName.set(name, held);
      all.push(chosen);
    },
    list: () => all.filter(({ sides }) => sides !== 0),
  };
}
