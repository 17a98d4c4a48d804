/**
 * What the repository should hold: the intents of the log, replayed by the shortest program that says what they mean. It knows no leaves, no
 * indexes, no store.
 */
import { deb } from '../../../src/formats/deb/index.ts';
import type { RepositorySettings } from '../../../src/formats/format.ts';
import type { Action, Filter, Identity, Place } from '../../../src/repository/change/actions.ts';

export interface ModelPackage extends Identity {
  readonly sha256: string;
}

/** Packages by `channel/component`. Never changed in place. */
export interface ModelState {
  readonly settings: RepositorySettings | undefined;
  readonly places: ReadonlyMap<string, readonly ModelPackage[]>;
}

export const EMPTY: ModelState = { settings: undefined, places: new Map() };

/** What the package files of the simulation are, by digest. */
export type Identify = (sha256: string) => Identity;

/** The state after the intents of one record that were not rejected, in their order. @throws Error when one should have been rejected */
export function applyIntents(
  before: ModelState,
  intents: readonly (readonly Action[])[],
  { identify, past }: { readonly identify: Identify; readonly past: (rev: number) => ModelState },
): ModelState {
  let settings = before.settings;
  const places = new Map(before.places);
  const touched = new Map<string, Touched>();
  const at = (place: Place): readonly ModelPackage[] => places.get(placeName(place)) ?? [];
  const touch = (name: string): Touched => {
    const one = touched.get(name) ?? { added: new Set(), restored: new Set() };
    touched.set(name, one);
    return one;
  };
  const put = (place: Place, one: ModelPackage): void => {
    if (at(place).some((other) => isEqual(other, one))) return;
    places.set(placeName(place), [...at(place), one]);
    touch(placeName(place)).added.add(describe(one));
  };
  const restore = (where: Filter, rev: number): void => {
    const then = past(rev);
    for (const name of new Set([...places.keys(), ...then.places.keys()])) {
      if (!isInFilter(name, where)) continue;
      const restored = then.places.get(name) ?? [];
      places.set(name, restored);
      const base = before.places.get(name) ?? [];
      const back = restored.filter((one) => !base.some((other) => isEqual(other, one)));
      touched.set(name, { added: new Set(), restored: new Set(back.map(describe)) });
    }
  };

  for (const action of intents.flat()) {
    switch (action.type) {
      case 'settings':
        if (!action.create || settings === undefined) settings = action.settings;
        break;
      case 'add':
        for (const { sha256 } of filesOf(action)) put(action.to, { ...identify(sha256), sha256 });
        break;
      case 'remove':
        places.set(
          placeName(action.from),
          at(action.from).filter((one) => !isSame(one, action.package)),
        );
        touch(placeName(action.from)).added.delete(describe(action.package));
        break;
      case 'promote': {
        const found = at(action.from).find((one) =>
          isEqual(one, { ...action.package, sha256: action.sha256 }),
        );
        if (found === undefined)
          throw new Error(`${describe(action.package)} is not in ${action.from.channel}`);
        put(action.to, found);
        break;
      }
      case 'rollback':
        restore(action.place, action.to);
        break;
      case 'pin':
      case 'unpin':
      case 'resign':
    }
    checkUnique(places);
  }
  for (const [place, names] of touched)
    places.set(place, keepNewest(places.get(place) ?? [], names, settings?.keep));
  for (const [place, packages] of places) {
    if (packages.length === 0) places.delete(place);
    else if (!placesOf(settings).includes(place))
      throw new Error(`${place} is not configured and holds packages`);
  }
  return { settings, places };
}

/** The files that an addition names. */
export function filesOf(add: Extract<Action, { type: 'add' }>): Iterable<{ readonly sha256: string }> {
  return 'files' in add ? add.files : add.inbox;
}

/** What one record did to a place: packages that are new there, and packages that a rollback brought back. */
interface Touched {
  readonly added: Set<string>;
  readonly restored: ReadonlySet<string>;
}

/** In a channel, one name, version and architecture is one file. @throws Error */
function checkUnique(places: ReadonlyMap<string, readonly ModelPackage[]>): void {
  const seen = new Map<string, string>();
  for (const [name, packages] of places) {
    const [channel] = name.split('/');
    for (const one of packages) {
      const id = `${channel} ${describe(one)}`;
      if ((seen.get(id) ?? one.sha256) !== one.sha256) throw new Error(`${id} is there with two contents`);
      seen.set(id, one.sha256);
    }
  }
}

/** `name version architecture sha256` of each package of a channel, sorted. */
export function packagesOf(state: ModelState, channel: string): readonly string[] {
  return [...state.places]
    .filter(([place]) => place.startsWith(`${channel}/`))
    .flatMap(([, packages]) => packages.map((one) => `${describe(one)} ${one.sha256}`))
    .sort();
}

/** Without versions beyond the newest `keep` of a name and architecture that one was added to; what was added stays. */
function keepNewest(
  packages: readonly ModelPackage[],
  { added, restored }: Touched,
  keep: number | undefined,
): readonly ModelPackage[] {
  if (keep === undefined) return packages;
  const names = new Set(packages.filter((one) => added.has(describe(one))).map(({ name }) => name));
  return packages.filter((one) => {
    if (!names.has(one.name) || added.has(describe(one)) || restored.has(describe(one))) return true;
    const newer = packages.filter(
      (other) =>
        other.name === one.name &&
        other.architecture === one.architecture &&
        deb.compareVersions(other.version, one.version) > 0,
    );
    return newer.length < keep;
  });
}

function placesOf(settings: RepositorySettings | undefined): readonly string[] {
  return (settings?.channels ?? []).flatMap(({ name }) =>
    (settings?.components ?? []).map((component) => placeName({ channel: name, component })),
  );
}

function placeName({ channel, component }: Place): string {
  return `${channel}/${component}`;
}

function describe({ name, version, architecture }: Identity): string {
  return `${name} ${version} ${architecture}`;
}

function isSame(a: Identity, b: Identity): boolean {
  return a.name === b.name && a.version === b.version && a.architecture === b.architecture;
}

function isEqual(a: ModelPackage, b: ModelPackage): boolean {
  return isSame(a, b) && a.sha256 === b.sha256;
}

function isInFilter(name: string, { channel, component }: Filter): boolean {
  const [ownChannel, ownComponent] = name.split('/');
  return (channel ?? ownChannel) === ownChannel && (component ?? ownComponent) === ownComponent;
}
