/** Rules for those who may propose changes and not commit them. */
import type { ProposerEntry } from './config-file.ts';

/** A proposer, as far as one repository is concerned. */
export interface ProposerRule {
  /** Its inbox folder. */
  readonly name: string;
  /** Of its ledger key; absent: whoever can write to the folder. */
  readonly publicKey?: string;
  readonly actions: readonly string[];
  /** Patterns of places: see {@link matchesPlace}. */
  readonly to: readonly string[];
}

/** Those who may propose something for `repository`, by name, with the places that concern it. */
export function proposersOf(
  entries: Readonly<Record<string, ProposerEntry>>,
  repository: string,
): readonly ProposerRule[] {
  const rules = Object.entries(entries).map(
    ([name, { actions, to, key }]): ProposerRule => ({
      name,
      ...(key !== undefined && { publicKey: key }),
      actions,
      to: to.filter((pattern) => matchesPlace(pattern, { repository })),
    }),
  );
  return rules.filter(({ to }) => to.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** True when `pattern` (`tools/testing`, `*\/stable/main`) has the place in it; a part that the place lacks is not compared. */
export function matchesPlace(
  pattern: string,
  place: { readonly repository: string; readonly channel?: string; readonly component?: string },
): boolean {
  const [repository = '*', channel = '*', component = '*', ...rest] = pattern.split('/');
  const matches = (part: string, name: string | undefined): boolean =>
    part === '*' || name === undefined || part === name;
  return (
    rest.length === 0 &&
    matches(repository, place.repository) &&
    matches(channel, place.channel) &&
    matches(component, place.component)
  );
}

/** True when `pattern` has every place of the repository in it. */
export function matchesAll(pattern: string, repository: string): boolean {
  const [, channel = '*', component = '*'] = pattern.split('/');
  return matchesPlace(pattern, { repository }) && channel === '*' && component === '*';
}
