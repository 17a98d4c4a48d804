/**
 * How the clients of a format decide whether a package can be installed: what it answers to, what it needs, what it
 * cannot stand beside. Names and versions only; which packages there are is somebody else's knowledge.
 */
import type { ChannelView, PackageRecord, Relation } from './format.ts';

/**
 * Relations as they are written, any of which will do: `libfoo (>= 2) | bar`. Here it is a number, since a channel has hundreds of
 * thousands: each reader counts the texts that it meets, from 0.
 */
export type Clause = number;

/** A name that a package answers to besides its own. */
export interface Provided {
  readonly name: string;
  /** Undefined: only relations without a version are met by it. */
  readonly version: string | undefined;
}

/** What counts when a machine installs a package. */
export interface InstallTerms {
  /** It always answers to its own name and version, too. */
  readonly provides: readonly Provided[];
  /** All of them must be met. */
  readonly needs: readonly Clause[];
  /** What may not be installed together with it. It never stands in its own way. */
  readonly conflicts: readonly Clause[];
}

/** What terms are read from. */
export type TermsSource = Pick<PackageRecord, 'name' | 'version' | 'metadata'>;

/** Reads terms as a machine of one architecture understands them, and remembers the texts of clauses. */
export interface TermsReader {
  read(source: TermsSource): InstallTerms;
  /** What it would rather have installed beside it. */
  recommends(source: Pick<TermsSource, 'metadata'>): readonly Clause[];
  /**
   * The relations of a clause, parsed anew each time, because most are looked at once. Qualifiers are part of the names:
   * `python3:any`. None when it says nothing about such a machine, so that a need counts as met.
   */
  relationsOf(clause: Clause): readonly Relation[];
  /** A clause as it is written. */
  textOf(clause: Clause): string;
}

/** A kind of machine that installs from a channel. */
export interface Machine {
  readonly architecture: string;
  /** The slots that it sees of every component, in the order in which its index lists them. */
  readonly slots: readonly string[];
}

/** A package of an index that somebody else made. */
export type IndexedPackage = TermsSource & Pick<PackageRecord, 'architecture'>;

export interface InstallRules {
  /** The kinds of machines that a channel serves. */
  machines(view: ChannelView): readonly Machine[];
  createTermsReader(architecture: string): TermsReader;
  /** Names that its relations mention, and names that it provides besides its own; all without qualifiers. */
  mentionedNames(record: TermsSource): {
    readonly related: Iterable<string>;
    readonly provided: Iterable<string>;
  };
  /** The packages for `architecture` in the text of an index, or of a part of it that ends between two packages. */
  readIndex(text: string, architecture: string): Iterable<IndexedPackage>;
  /** Where the text of an index can be cut, the last such place: an offset; 0 when there is none. */
  lastCut(text: string): number;
}
