/** Packages around a few names, as one kind of machine sees them; read from the leaves that may hold them. */
import type { RunKey } from '../../catalog/catalog.ts';
import type { Format, PackageRecord, Relation } from '../../formats/format.ts';
import type { Clause, TermsReader } from '../../formats/install-rules.ts';
import type { Step } from '../change/step.ts';
import type { Candidate } from './candidates.ts';
import { asProvided } from './leaf-names.ts';
import { type Pair, readPair } from './machine-view.ts';

/** More packages than this are not looked at for one name. */
const MAX_PACKAGES = 500;

export interface Neighbourhood {
  pair(name: string): Promise<Pair>;
  /** Candidates that did not change, and need `name` or conflict with it; undefined: too many to look at. */
  related(name: string): Promise<readonly Candidate[] | undefined>;
  /** Candidates that answer to any of these names, in whatever version; undefined: too many to look at. */
  providersOf(names: readonly string[]): Promise<readonly Pair[] | undefined>;
  /** The relations of a clause. */
  relationsOf(clause: Clause): readonly Relation[];
}

export function createNeighbourhood(
  step: Step,
  view: {
    readonly runs: readonly RunKey[];
    readonly format: Pick<Format, 'compareVersions'>;
    readonly reader: TermsReader;
  },
): Neighbourhood {
  const { runs, reader } = view;
  const clauses = new Map<Clause, readonly Relation[]>();
  const relationsOf = (clause: Clause): readonly Relation[] => {
    const known = clauses.get(clause) ?? reader.relationsOf(clause);
    clauses.set(clause, known);
    return known;
  };
  const relatesTo = ({ needs, conflicts }: Candidate, name: string): boolean =>
    [...needs, ...conflicts].some((clause) => relationsOf(clause).some((relation) => relation.name === name));
  const pairs = new Map<string, Promise<Pair>>();

  const pair = (name: string): Promise<Pair> => {
    const known = pairs.get(name) ?? readPair(step, name, view);
    pairs.set(name, known);
    return known;
  };
  /** Names of packages whose metadata says `text`, in leaves that are about `key`; those that were edited always. */
  const namesAbout = async (key: string, text: string): Promise<ReadonlySet<string> | undefined> => {
    const leaves = (await Promise.all(runs.map((run) => step.base.leavesAbout(run, key)))).flat();
    const names = new Set(runs.flatMap((run) => [...step.edited(run)]));
    if (leaves.length > step.base.leafLimit) return undefined;
    for (const read of leaves)
      for (const record of await read()) if (says(record, text)) names.add(record.name);
    return names.size > MAX_PACKAGES ? undefined : names;
  };

  return {
    pair,
    async related(name) {
      const plain = withoutQualifier(name);
      const names = await namesAbout(plain, plain);
      if (names === undefined) return undefined;
      const found = await Promise.all([...names].map(pair));
      return found.flatMap(({ before, after }) =>
        before !== undefined && before === after && relatesTo(before, name) ? [before] : [],
      );
    },
    relationsOf,
    async providersOf(wanted) {
      const names = new Set<string>();
      for (const name of wanted) {
        const plain = withoutQualifier(name);
        const others = await namesAbout(asProvided(plain), plain);
        if (others === undefined) return undefined;
        for (const each of [plain, ...others]) names.add(each);
      }
      const found = await Promise.all([...names].map(pair));
      return found.filter(({ before, after }) =>
        [before, after].some((one) => one !== undefined && answersToAny(one, new Set(wanted))),
      );
    },
  };
}

/** Whether a candidate answers to one of these names. */
export function answersToAny({ name, provides }: Candidate, names: ReadonlySet<string>): boolean {
  return names.has(name) || provides.some((provided) => names.has(provided.name));
}

function says({ metadata }: PackageRecord, text: string): boolean {
  return metadata.includes(text);
}

function withoutQualifier(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(0, colon);
}
