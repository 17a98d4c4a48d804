/**
 * A cheap proof that a change breaks nothing, from the changed packages and those that relate to them alone.
 *
 * Take any way to install something before the change, and put in it the new version of each changed package for the old one.
 * When that is always a way to install it after the change, nothing breaks:
 *
 * ```
 * whoever needed the old version            is content with the new one
 * what the new version needs                the old one needed too, or itself gives, or comes from elsewhere
 * who conflicts with the new version        conflicted with the old one
 * ```
 * Where this cannot be shown, nothing is said: only the whole universe tells.
 */
import type { Relation } from '../../formats/format.ts';
import type { Clause } from '../../formats/install-rules.ts';
import type { Candidate } from './candidates.ts';
import type { Pair } from './machine-view.ts';
import { answersToAny, type Neighbourhood } from './neighbourhood.ts';
import { fits } from './provider-index.ts';

/** A name whose candidate is another one after the change, or gone. */
export interface ChangedCandidate {
  readonly before: Candidate;
  readonly after: Candidate | undefined;
}

/** Some packages provide thousands of names; then all is read sooner than what is about each of them. */
const MAX_NAMES = 200;

interface Rules {
  compareVersions(a: string, b: string): number;
}

/** Whether it is certain that `changed` breaks nothing. */
export async function isHarmless(
  changed: readonly ChangedCandidate[],
  neighbourhood: Neighbourhood,
  rules: Rules,
): Promise<boolean> {
  const proof = createProof(changed, neighbourhood, rules);
  const names = namesOf(changed);
  if (names.size > MAX_NAMES) return false;
  for (const name of names) {
    const related = await neighbourhood.related(name);
    if (related === undefined || !related.every(proof.staysContent)) return false;
  }
  for (const one of changed)
    if (one.after !== undefined && !(await proof.fitsIn(one, one.after))) return false;
  return true;
}

/** All names under which somebody may have met a changed package, or will meet it. */
function namesOf(changed: readonly ChangedCandidate[]): ReadonlySet<string> {
  const versions = changed.flatMap(({ before, after }) => (after === undefined ? [before] : [before, after]));
  return new Set(versions.flatMap(({ name, provides }) => [name, ...provides.map((one) => one.name)]));
}

function createProof(
  changed: readonly ChangedCandidate[],
  neighbourhood: Neighbourhood,
  rules: Rules,
): {
  /** Whether a package that did not change can be installed as before. */
  staysContent(one: Candidate): boolean;
  /** Whether a new version can stand where the old one stood. */
  fitsIn(change: ChangedCandidate, after: Candidate): Promise<boolean>;
} {
  const answers = (candidate: Candidate, relation: Relation): boolean =>
    (candidate.name === relation.name && fits(candidate.version, relation, rules)) ||
    candidate.provides.some(
      (provided) => provided.name === relation.name && fits(provided.version, relation, rules),
    );
  const { relationsOf } = neighbourhood;
  const meets = (candidate: Candidate, clause: Clause): boolean =>
    relationsOf(clause).some((relation) => answers(candidate, relation));
  const namesIn = (clause: Clause): readonly string[] => relationsOf(clause).map(({ name }) => name);

  /** Whoever met `earlier` among the changed packages meets `need` now. */
  const stillMet = (earlier: Clause, need: Clause): boolean =>
    changed.every(
      ({ before, after }) => !meets(before, earlier) || (after !== undefined && meets(after, need)),
    );
  /** Whoever conflicts now among the changed packages did so before. */
  const staysApart = (conflict: Clause, from: string): boolean =>
    changed.every(
      ({ before, after }) =>
        after === undefined || after.name === from || !meets(after, conflict) || meets(before, conflict),
    );

  /** Every package that met `earlier` before the change meets `need` afterwards, as it is then. */
  const implies = async (earlier: Clause, need: Clause): Promise<boolean> => {
    if (earlier === need) return stillMet(need, need);
    const providers = await neighbourhood.providersOf(namesIn(earlier));
    if (providers === undefined || isFromElsewhere(namesIn(earlier), providers)) return false;
    return (
      stillMet(earlier, need) &&
      providers.every(
        ({ before, after }) =>
          before === undefined || before !== after || !meets(before, earlier) || meets(before, need),
      )
    );
  };

  const isMet = async (need: Clause, { before, after }: ChangedCandidate): Promise<boolean> => {
    if (relationsOf(need).length === 0 || (after !== undefined && meets(after, need))) return true;
    const names = namesIn(need);
    const earlier = before.needs.includes(need)
      ? [need]
      : before.needs.filter((one) => namesIn(one).some((name) => names.includes(name)));
    for (const one of earlier) if (await implies(one, need)) return true;
    const providers = await neighbourhood.providersOf(names);
    return providers !== undefined && isFromElsewhere(names, providers);
  };

  const addsNoConflict = async (conflict: Clause, { before }: ChangedCandidate): Promise<boolean> => {
    if (before.conflicts.includes(conflict)) return staysApart(conflict, before.name);
    const others = await neighbourhood.providersOf(namesIn(conflict));
    return (
      others?.every(
        (other) =>
          other.before === undefined ||
          other.after === undefined ||
          other.before.name === before.name ||
          !meets(other.after, conflict) ||
          before.conflicts.some((old) => other.before !== undefined && meets(other.before, old)),
      ) ?? false
    );
  };

  return {
    staysContent: ({ name, needs, conflicts }) =>
      needs.every((need) => stillMet(need, need)) &&
      conflicts.every((conflict) => staysApart(conflict, name)),
    async fitsIn(change, after) {
      for (const need of after.needs) if (!(await isMet(need, change))) return false;
      for (const conflict of after.conflicts) if (!(await addsNoConflict(conflict, change))) return false;
      return true;
    },
  };
}

/** Nobody here answers to one of the names: a need for it counts as met. */
function isFromElsewhere(names: readonly string[], providers: readonly Pair[]): boolean {
  const all = providers.flatMap(({ before, after }) => [before ?? [], after ?? []].flat());
  return names.some((name) => !all.some((one) => answersToAny(one, new Set([name]))));
}
