/** Which version of each name a machine would install: the newest one that it sees, of equal ones the first. */
import type { InstallTerms, TermsReader, TermsSource } from '../../formats/install-rules.ts';
import { AFTER, BEFORE } from './side.ts';

/** A version that may be the candidate of its name. */
export type Offer = TermsSource & { readonly architecture: string };

/** The candidate of its name on the sides whose bits are set. */
export interface Candidate extends InstallTerms {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sides: number;
}

export interface Candidates {
  /** Takes a package that a machine sees on the sides whose bits are set. */
  offer(offer: Offer, sides: number): void;
  /** All candidates. */
  list(): readonly Candidate[];
}

type Chosen = Candidate & { sides: number };

/** The best so far. */
interface Held {
  before: Chosen | undefined;
  after: Chosen | undefined;
}

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
      const held = byName.get(name) ?? { before: undefined, after: undefined };
      const isBefore = (sides & BEFORE) !== 0 && isBest(offer, held.before);
      const isAfter = (sides & AFTER) !== 0 && isBest(offer, held.after);
      if (!isBefore && !isAfter) return;
      const { provides, needs, conflicts } = rules.reader.read(offer);
      const own = (isBefore ? BEFORE : 0) + (isAfter ? AFTER : 0);
      const chosen: Chosen = { name, version, architecture, provides, needs, conflicts, sides: own };
      if (isBefore) {
        if (held.before !== undefined) held.before.sides -= BEFORE;
        held.before = chosen;
      }
      if (isAfter) {
        if (held.after !== undefined) held.after.sides -= AFTER;
        held.after = chosen;
      }
      byName.set(name, held);
      all.push(chosen);
    },
    list: () => all.filter(({ sides }) => sides !== 0),
  };
}
