/**
 * What a mirror should hold, by its wishes and what upstream lists now, and how that differs from what it holds.
 */
import type { PartialPlace } from '../../config/place.ts';
import type { AdoptionRules, BadEntry, ListedPackage as UpstreamPackage } from '../../formats/adoption.ts';
import type { Format } from '../../formats/format.ts';
import type { InstallRules } from '../../formats/install-rules.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { Place } from '../change/actions.ts';
import type { ReadRevision } from '../change/content.ts';
import { iteratePackages, type ListedPackage } from '../list-packages.ts';
import { addressOf } from '../live/site.ts';
import type { Repository } from '../repository.ts';
import { readOffers } from './offers.ts';
import type { UpstreamIndex } from './read-upstream.ts';
import { type Chosen, type Missing, type Selection, selectPackages } from './select-packages.ts';
import type { Wish } from './wishes.ts';

/** A package that belongs to the mirror, as upstream lists it. */
export interface WantedPackage {
  readonly place: Place;
  readonly listed: UpstreamPackage;
  readonly url: string;
  readonly required: boolean;
}

export interface Wanted {
  readonly packages: readonly WantedPackage[];
  readonly missing: readonly Missing[];
  /** What machines have to get from elsewhere. */
  readonly elsewhere: readonly string[];
  /** By architecture. */
  readonly selections: ReadonlyMap<string, Selection>;
}

export interface WantedInput {
  readonly format: Format;
  readonly install: InstallRules;
  readonly rules: AdoptionRules;
  readonly indexes: readonly UpstreamIndex[];
  readonly wishes: readonly Wish[];
  readonly architectures: readonly string[];
  readonly recommends: boolean;
  readonly strict: boolean;
  readonly to: { readonly channel: string; readonly component: string | undefined };
  /** Packages that cannot be had, by `wantedId`, and why. */
  readonly excluded: Map<string, string>;
}

/** Tells packages apart. */
export function wantedId({
  name,
  version,
  architecture,
}: {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}): string {
  return `${name} ${version} ${architecture}`;
}

/** Stanzas that cannot be used are excluded, and the choice made again without them. */
export function findWanted(input: WantedInput): Wanted {
  for (;;) {
    const { wanted, bad } = chooseAll(input);
    if (bad.length === 0) return wanted;
    for (const { id, problem } of bad) input.excluded.set(id, problem);
  }
}

function chooseAll(input: WantedInput): {
  readonly wanted: Wanted;
  readonly bad: readonly { readonly id: string; readonly problem: string }[];
} {
  const { format, excluded, architectures, indexes } = input;
  const { compareVersions } = format;
  const packages = new Map<string, WantedPackage>();
  const selections = new Map<string, Selection>();
  const bad: { id: string; problem: string }[] = [];
  for (const architecture of architectures) {
    const own = indexes.filter(({ index }) => [architecture, 'all'].includes(index.architecture));
    const options = { ...input, architecture, compareVersions };
    const offers = readOffers(
      own.map(({ text }) => text),
      options,
    );
    const without =
      excluded.size === 0 ? {} : { without: (offer: Chosen['offer']) => excluded.has(wantedId(offer)) };
    const selection = selectPackages(offers, input.wishes, { ...options, ...without });
    selections.set(architecture, selection);
    for (const { offer, required } of selection.chosen.values()) {
      const from = own[offer.index];
      if (from === undefined) throw new Error(`${offer.name} is in no index`);
      const listed = readStanza(offer.metadata, from, input.rules);
      if ('problem' in listed) bad.push({ id: wantedId(offer), problem: listed.problem });
      else {
        const id = wantedId(offer);
        const before = packages.get(id);
        packages.set(id, {
          ...toWanted(listed, from, input.to),
          required: required || before?.required === true,
        });
      }
    }
  }
  return {
    wanted: {
      ...{ packages: [...packages.values()], selections, missing: missingIn(selections, excluded) },
      elsewhere: [...new Set([...selections.values()].flatMap((one) => one.elsewhere))],
    },
    bad,
  };
}

function readStanza(
  metadata: string,
  { index }: UpstreamIndex,
  rules: Pick<AdoptionRules, 'readIndex'>,
): UpstreamPackage | BadEntry {
  for (const entry of rules.readIndex(Buffer.from(`${metadata}\n`, 'latin1'), index)) return entry;
  return { where: index.path, problem: 'it is no stanza' };
}

function toWanted(
  listed: UpstreamPackage,
  { source, index }: UpstreamIndex,
  { channel, component = index.component }: WantedInput['to'],
): Omit<WantedPackage, 'required'> {
  return { place: { channel, component }, listed, url: addressOf(source, listed.record.path) };
}

/** What one architecture lacks altogether may be there for another; a need that is not met is told in any case. */
function missingIn(
  selections: ReadonlyMap<string, Selection>,
  excluded: ReadonlyMap<string, string>,
): readonly Missing[] {
  const all = [...selections].flatMap(([architecture, { missing }]) =>
    missing.map((one) => ({ architecture, one })),
  );
  const absentIn = (wish: Wish): number =>
    all.filter(({ one }) => one.wish === wish && one.name === undefined).length;
  const found = new Map<string, Missing>();
  for (const { architecture, one } of all) {
    if (one.name === undefined && absentIn(one.wish) < selections.size) continue;
    const id = `${one.wish.pattern} ${one.name ?? ''}`;
    const where = selections.size > 1 && one.name !== undefined ? ` (${architecture})` : '';
    if (!found.has(id)) found.set(id, { ...one, problem: `${one.problem}${where}` });
  }
  for (const [id, problem] of excluded) {
    const [name] = id.split(' ');
    for (const [key, one] of found) if (one.name === name) found.set(key, { ...one, problem });
  }
  return [...found.values()];
}

/** What the mirror's places hold now, and what of it stays. */
export interface MirrorDifference {
  readonly fresh: readonly WantedPackage[];
  readonly gone: readonly ListedPackage[];
  readonly unchanged: number;
}

/** @param at `components`: those that belong to the mirror. @throws PLACE_NOT_FOUND */
export async function compareMirror(
  repository: Repository,
  wanted: readonly WantedPackage[],
  {
    tail,
    channel,
    components,
    ...call
  }: CallOptions & {
    readonly tail: ReadRevision | undefined;
    readonly channel: string;
    readonly components: readonly string[];
  },
): Promise<MirrorDifference> {
  const left = new Map(wanted.map((one) => [idOf(one.place, one.listed), one]));
  const gone: ListedPackage[] = [];
  for (const component of components) {
    if (tail === undefined) break;
    for await (const held of iteratePackages(repository, tail, { channel, component, ...call }))
      if (!left.delete(idOf(held, held))) gone.push(held);
  }
  const fresh = [...left.values()];
  return { fresh, gone, unchanged: wanted.length - fresh.length };
}

function idOf({ component }: Pick<Place, 'component'>, { record }: Pick<UpstreamPackage, 'record'>): string {
  return [component, wantedId(record), record.sha256].join(' ');
}

/** Where a mirror puts packages. */
export function mirrorComponents(
  to: PartialPlace,
  suites: readonly { readonly components: readonly string[] }[],
): readonly string[] {
  return to.component === undefined
    ? [...new Set(suites.flatMap(({ components }) => components))]
    : [to.component];
}
