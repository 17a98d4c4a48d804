/** A place: `repository/channel/component`, as people type it. What is left out takes the first one that is configured. */
import { PakhusError } from '../core/pakhus-error.ts';
import type { RepositorySettings } from '../formats/format.ts';
import { PART_NAME, REPOSITORY_NAME } from './names.ts';
import { nearestWord } from './nearest-word.ts';

/** A place as it was typed. */
export interface PartialPlace {
  readonly repository: string;
  readonly channel: string | undefined;
  readonly component: string | undefined;
}

/** A place with all its parts. */
export interface Place {
  readonly repository: string;
  readonly channel: string;
  readonly component: string;
}

/**
 * Reads `tools`, `tools/stable` or `tools/stable/main`. Three parts at most: names hold no `/`.
 * @throws CLI_USAGE
 */
export function parsePlace(text: string): PartialPlace {
  const [repository = '', channel, component, ...rest] = text.split('/');
  const isValid =
    rest.length === 0 &&
    REPOSITORY_NAME.pattern.test(repository) &&
    [channel, component].every((part) => part === undefined || PART_NAME.pattern.test(part));
  if (isValid) return { repository, channel, component };
  throw new PakhusError('CLI_USAGE', `'${text}' is no place`, {
    hint: 'A place is repository/channel/component, such as tools/stable/main; the last two may be left out.',
    details: { place: text },
  });
}

/**
 * Takes `tools@12/stable` apart: the place `tools/stable` as it was in revision 12, which may be the name of a pin as well.
 * Without one the revision is undefined: the newest.
 * @throws CLI_USAGE
 */
export function splitRevision(text: string): {
  readonly place: string;
  readonly revision: string | undefined;
} {
  const [, repository = '', revision, rest = ''] = /^([^/@]*)@([^/]*)(.*)$/s.exec(text) ?? [];
  if (revision === undefined) return { place: text, revision };
  if (PART_NAME.pattern.test(revision)) return { place: repository + rest, revision };
  throw new PakhusError('CLI_USAGE', `'${revision}' in '${text}' is no revision`, {
    hint: 'A revision is a number or the name of a pin: tools@12, tools@2026.11/stable.',
    details: { place: text },
  });
}

/** `tools/stable/main`. */
export function formatPlace({ repository, channel, component }: Place): string {
  return `${repository}/${channel}/${component}`;
}

/**
 * Fills in what was left out and checks the rest against the repository's settings (those of its newest revision, where it has one).
 * @throws PLACE_NOT_FOUND with the names there are
 */
export function fillPlace(place: PartialPlace, settings: RepositorySettings): Place {
  const { repository } = place;
  const channels = settings.channels.map(({ name }) => name);
  const channel = pick(place.channel, { what: 'channel', of: `repository '${repository}'`, names: channels });
  const component = pick(place.component, {
    what: 'component',
    of: `repository '${repository}'`,
    names: settings.components,
  });
  return { repository, channel, component };
}

interface Choice {
  readonly what: string;
  readonly of: string;
  readonly names: readonly string[];
}

function pick(wanted: string | undefined, { what, of, names }: Choice): string {
  const found = wanted === undefined ? names[0] : names.find((name) => name === wanted);
  if (found !== undefined) return found;
  if (wanted === undefined) throw new PakhusError('PLACE_NOT_FOUND', `${of} has no ${what}`);
  const near = nearestWord(wanted, names);
  throw new PakhusError('PLACE_NOT_FOUND', `${of} has no ${what} '${wanted}'; it has ${names.join(', ')}`, {
    hint: near === undefined ? `Add it to pakhus.yaml and run pakhus apply.` : `Did you mean '${near}'?`,
    details: { wanted, names },
  });
}
