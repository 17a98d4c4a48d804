/**
 * What a list of intents makes of a base revision, before anything is rendered: edits per run, and new settings. Reads
 * only the leaves that hold the names concerned. An intent counts whole or not at all.
 */
import type { RunKey } from '../catalog/catalog.ts';
import type { CatalogChange } from '../catalog/edit-catalog.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import type { Format, PackageRecord } from '../formats/format.ts';
import type { Identity, Place } from './actions.ts';

/** What the base revision holds. */
export interface BaseLookup {
  /** Slots of a component that hold packages. */
  slots(place: Place): readonly string[];
  /** Components of a channel that hold packages. */
  components(channel: string): readonly string[];
  /** Every package called `name` in a run. */
  find(run: RunKey, name: string): Promise<readonly PackageRecord[]>;
}

/** Edits that grow with each intent. Failing calls throw PACKAGE_CONFLICT or PACKAGE_NOT_FOUND and change nothing. */
export interface Changes {
  /** False when the very same package is there already. */
  add(run: RunKey, record: PackageRecord): Promise<boolean>;
  /** False when it is not there. */
  remove(place: Place, identity: Identity): Promise<boolean>;
  /** The record and its slot in a place; undefined when it is not there. */
  lookUp(
    place: Place,
    identity: Identity,
  ): Promise<{ readonly slot: string; readonly record: PackageRecord } | undefined>;
  /** True when a package was put into the place. */
  puts(place: Place): boolean;
  /** Runs `work`; when it throws, all that it changed is taken back. */
  whole<T>(work: () => Promise<T>): Promise<T>;
  /** Drops all but the newest `keep` versions of every name that was added to, never what was added itself. */
  keepNewest(keep: number, format: Format): Promise<void>;
  edits(): CatalogChange['edits'];
}

/** A package that is put, or an identity that goes. */
type Entry = PackageRecord | { readonly drop: Identity };

interface RunOverlay {
  readonly run: RunKey;
  /** By name; at most one entry for each version and architecture. Lists are replaced, never changed. */
  readonly names: Map<string, readonly Entry[]>;
}

/** `swept`: paths that are being deleted, which nothing new may name. */
export function createChanges(base: BaseLookup, swept: ReadonlySet<string> = new Set()): Changes {
  const overlays = new Map<string, RunOverlay>();
  /** What `whole` takes back; undefined outside of it. */
  let undo:
    | { readonly overlay: RunOverlay; readonly name: string; readonly before: readonly Entry[] }[]
    | undefined;

  const overlayOf = (run: RunKey): RunOverlay => {
    const id = `${run.channel}\n${run.component}\n${run.slot}`;
    const known = overlays.get(id);
    if (known !== undefined) return known;
    const made: RunOverlay = { run, names: new Map() };
    overlays.set(id, made);
    return made;
  };

  const set = (run: RunKey, entry: Entry): void => {
    const overlay = overlayOf(run);
    const { name } = identityOf(entry);
    const before = overlay.names.get(name) ?? [];
    undo?.push({ overlay, name, before });
    overlay.names.set(name, [...before.filter((one) => !isSame(identityOf(one), identityOf(entry))), entry]);
  };

  const find = async (run: RunKey, name: string): Promise<readonly PackageRecord[]> => {
    const entries = overlayOf(run).names.get(name) ?? [];
    const old = await base.find(run, name);
    const kept = old.filter((record) => !entries.some((entry) => isSame(identityOf(entry), record)));
    return [...kept, ...entries.flatMap(recordOf)];
  };

  const runsOf = (channel: string): readonly RunKey[] => {
    const runs = [...overlays.values()].map(({ run }) => run).filter((run) => run.channel === channel);
    const known = new Set(runs.map(({ component, slot }) => `${component}\n${slot}`));
    for (const component of base.components(channel)) {
      for (const slot of base.slots({ channel, component })) {
        if (!known.has(`${component}\n${slot}`)) runs.push({ channel, component, slot });
      }
    }
    return runs;
  };

  const lookUp: Changes['lookUp'] = async (place, identity) => {
    for (const run of runsOf(place.channel)) {
      if (run.component !== place.component) continue;
      const record = (await find(run, identity.name)).find((one) => isSame(one, identity));
      if (record !== undefined) return { slot: run.slot, record };
    }
    return undefined;
  };

  return {
    async add(run, record) {
      for (const other of runsOf(run.channel)) {
        const same = (await find(other, record.name)).find((one) => isSame(one, record));
        if (same === undefined) continue;
        if (same.sha256 !== record.sha256) throw conflict(other, { there: same, added: record });
        if (other.component === run.component && other.slot === run.slot) return false;
      }
      if (swept.has(record.path)) throw sweeping(record.path);
      set(run, record);
      return true;
    },
    async remove(place, identity) {
      const found = await lookUp(place, identity);
      if (found === undefined) return false;
      set({ ...place, slot: found.slot }, { drop: identity });
      return true;
    },
    lookUp,
    puts: ({ channel, component }) =>
      [...overlays.values()].some(
        ({ run, names }) =>
          run.channel === channel &&
          run.component === component &&
          [...names.values()].some((entries) => entries.some((entry) => !('drop' in entry))),
      ),
    async whole(work) {
      undo = [];
      try {
        return await work();
      } catch (error) {
        for (const { overlay, name, before } of undo.reverse()) overlay.names.set(name, before);
        throw error;
      } finally {
        undo = undefined;
      }
    },
    async keepNewest(keep, format) {
      for (const { run, names } of [...overlays.values()]) {
        for (const [name, entries] of names) {
          const added = entries.flatMap(recordOf);
          if (added.length === 0) continue;
          for (const record of surplus(await find(run, name), { keep, format })) {
            const { version, architecture } = record;
            if (!added.some((one) => isSame(one, record)))
              set(run, { drop: { name, version, architecture } });
          }
        }
      }
    },
    edits() {
      const all: CatalogChange['edits'][number][] = [];
      for (const { run, names } of overlays.values()) {
        const put: PackageRecord[] = [];
        const drop: Identity[] = [];
        for (const entries of names.values()) {
          for (const entry of entries) {
            if ('drop' in entry) drop.push(entry.drop);
            else put.push(entry);
          }
        }
        if (put.length + drop.length > 0) all.push({ run, put, drop });
      }
      return all;
    },
  };
}

function identityOf(entry: Entry): Identity {
  return 'drop' in entry ? entry.drop : entry;
}

function recordOf(entry: Entry): readonly PackageRecord[] {
  return 'drop' in entry ? [] : [entry];
}

function isSame(a: Identity, b: Identity): boolean {
  return a.name === b.name && a.version === b.version && a.architecture === b.architecture;
}

/** Records beyond the newest `keep` of each architecture. */
function surplus(
  records: readonly PackageRecord[],
  { keep, format }: { readonly keep: number; readonly format: Format },
): readonly PackageRecord[] {
  const byArchitecture = Map.groupBy(records, (record) => record.architecture);
  return [...byArchitecture.values()].flatMap((group) =>
    group.toSorted((a, b) => format.compareVersions(b.version, a.version)).slice(keep),
  );
}

/** Whoever commits leaves the intent open and looks again when the sweep is over. */
export function sweeping(path: string): PakhusError {
  return new PakhusError('LEDGER_SWEEPING', `${path} is being deleted right now`, {
    hint: 'Run the command again in a minute.',
    details: { path },
  });
}

function conflict(
  run: RunKey,
  { there, added }: { readonly there: PackageRecord; readonly added: PackageRecord },
): PakhusError {
  const what = `${added.name} ${added.version} ${added.architecture}`;
  return new PakhusError(
    'PACKAGE_CONFLICT',
    `${what} is in ${run.channel}/${run.component} already, with other bytes: SHA-256 ${there.sha256} there, ${added.sha256} here`,
    {
      hint: 'Give the new build a higher version, publish it to another channel, or remove the old one first.',
      details: { there: there.sha256, added: added.sha256, path: there.path },
    },
  );
}
