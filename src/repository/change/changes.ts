/**
 * What a list of intents makes of a base revision, before anything is rendered: edits per run, and new settings. Reads
 * only the leaves that hold the names concerned. An intent counts whole or not at all.
 */
import { isIn, type RunKey } from '../../catalog/catalog.ts';
import type { PackageChange } from '../../catalog/diff.ts';
import type { CatalogChange, RunEdits } from '../../catalog/edit-catalog.ts';
import type { Format, PackageRecord } from '../../formats/format.ts';
import type { PastCatalog } from '../history/past-revisions.ts';
import type { Filter, Identity, Place } from './actions.ts';
import { conflict, sweeping } from './change-errors.ts';
import { superseded, surplus } from './keep.ts';
import {
  applyEntries,
  type Entry,
  editsOf,
  identityOf,
  isSame,
  type RunOverlay,
  recordOf,
  restoringOverlay,
  withEntry,
} from './run-overlay.ts';
import { createTouchedNames, runId, type Step } from './step.ts';

/** What the base revision holds. */
export interface BaseLookup {
  /** Runs that hold packages. */
  runs(): readonly RunKey[];
  /** False when no package of this architecture can be in the run. */
  fits(run: RunKey, architecture: string): boolean;
  /** A package takes the place of another one of the same version in this run. */
  replaces(run: RunKey): boolean;
  /** Every package called `name` in a run. */
  find(run: RunKey, name: string): Promise<readonly PackageRecord[]>;
  /** What is to change in a run to make it what it was. */
  changesTo(run: RunKey, past: PastCatalog): AsyncIterable<PackageChange>;
  /** All packages of a run, a leaf at a time. */
  scan(run: RunKey): AsyncIterable<readonly PackageRecord[]>;
  /** More leaves about one name than this are not worth reading: all of the channel is had as soon. */
  readonly leafLimit: number;
  /** The leaves of a run that may hold packages about `name`: see `gate/leaf-names.ts`. */
  leavesAbout(run: RunKey, name: string): Promise<readonly ReadLeaf[]>;
}

/** Reads a leaf. */
export type ReadLeaf = () => Promise<readonly PackageRecord[]>;

/** A package and the slot that it is in. */
export interface SlottedPackage {
  readonly slot: string;
  readonly record: PackageRecord;
}

/** Edits that grow with each intent. Failing calls throw PACKAGE_CONFLICT or PACKAGE_NOT_FOUND and change nothing. */
export interface Changes {
  /** False when the very same package is there already. */
  add(run: RunKey, record: PackageRecord): Promise<boolean>;
  /** False when it is not there. */
  remove(place: Place, identity: Identity): Promise<boolean>;
  /**
   * The places that `where` names hold what the base holds there, changed by `edits`; all earlier changes of them are forgotten.
   * `keep` takes nothing of it away.
   */
  restore(where: Filter, edits: readonly RunEdits[]): Promise<void>;
  /** A package of a place; undefined when it is not there. */
  lookUp(place: Place, identity: Identity): Promise<SlottedPackage | undefined>;
  /** All packages of a channel that have the name. */
  named(channel: string, name: string): Promise<readonly SlottedPackage[]>;
  /** True when a package was put into the place. */
  puts(place: Place): boolean;
  /** Runs `work`; when it throws, all that it changed is taken back. */
  whole<T>(work: () => Promise<T>): Promise<T>;
  /** What the `whole` that runs has changed so far. */
  step(): Step;
  /** Drops all but the newest `keep` versions of every name that was added to, never what was added itself. */
  keepNewest(keep: number, format: Format): Promise<void>;
  /** Drops all but the newest version of every name that was added to, in all slots that share an index; also of what was added. */
  keepOne(format: Format): Promise<void>;
  edits(): CatalogChange['edits'];
}

/** `swept`: paths that are being deleted, which nothing new may name. */
export function createChanges(base: BaseLookup, swept: ReadonlySet<string> = new Set()): Changes {
  const overlays = new Map<string, RunOverlay>();
  /** What `whole` has changed so far, and how it was. */
  let touched = createTouchedNames();

  const overlayOf = (run: RunKey): RunOverlay => {
    const id = runId(run);
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
    touched.note(overlay, name);
    overlay.names.set(name, withEntry(before, entry));
  };

  const replace = (overlay: RunOverlay): void => {
    const before = overlayOf(overlay.run);
    for (const name of [...before.names.keys(), ...overlay.names.keys()]) touched.note(before, name);
    overlays.set(runId(overlay.run), overlay);
  };

  const find = async (run: RunKey, name: string): Promise<readonly PackageRecord[]> => {
    const entries = overlayOf(run).names.get(name) ?? [];
    return applyEntries(await base.find(run, name), entries);
  };

  const runsOf = (channel: string): readonly RunKey[] => {
    const runs = [...overlays.values()].map(({ run }) => run).filter((run) => run.channel === channel);
    const known = new Set(runs.map(runId));
    return [...runs, ...base.runs().filter((run) => run.channel === channel && !known.has(runId(run)))];
  };

  const holds = async (run: RunKey, record: PackageRecord): Promise<boolean> => {
    if (!base.fits(run, record.architecture)) return false;
    const there = (await find(run, record.name)).find((one) => isSame(one, record));
    const isSameFile = there?.sha256 === record.sha256;
    if (there !== undefined && !isSameFile && !base.replaces(run))
      throw conflict(run, { there, added: record });
    return isSameFile;
  };

  const lookUp: Changes['lookUp'] = async (place, identity) => {
    for (const run of runsOf(place.channel)) {
      if (run.component !== place.component || !base.fits(run, identity.architecture)) continue;
      const record = (await find(run, identity.name)).find((one) => isSame(one, identity));
      if (record !== undefined) return { slot: run.slot, record };
    }
    return undefined;
  };

  return {
    async add(run, record) {
      const others = runsOf(run.channel);
      const held = await Promise.all(others.map((other) => holds(other, record)));
      if (others.some((other, at) => held[at] && runId(other) === runId(run))) return false;
      if (swept.has(record.path)) throw sweeping(record.path);
      set(run, { put: record, restored: false });
      return true;
    },
    async remove(place, identity) {
      const found = await lookUp(place, identity);
      if (found === undefined) return false;
      set({ ...place, slot: found.slot }, { drop: identity });
      return true;
    },
    async restore(where, edits) {
      for (const { run } of [...overlays.values()]) if (isIn(run, where)) replace({ run, names: new Map() });
      for (const edit of edits) replace(restoringOverlay(edit));
      for (const { run, put } of edits) {
        const others = runsOf(run.channel).filter((other) => !isIn(other, where));
        for (const record of put) {
          if (swept.has(record.path)) throw sweeping(record.path);
          for (const other of others) await holds(other, record);
        }
      }
    },
    lookUp,
    async named(channel, name) {
      const found: SlottedPackage[] = [];
      for (const run of runsOf(channel))
        for (const record of await find(run, name)) found.push({ slot: run.slot, record });
      return found;
    },
    puts: (place) =>
      [...overlays.values()].some(
        ({ run, names }) =>
          isIn(run, place) && [...names.values()].some((entries) => entries.flatMap(recordOf).length > 0),
      ),
    async whole(work) {
      touched = createTouchedNames();
      try {
        return await work();
      } catch (error) {
        for (const { run, names } of touched.all()) {
          const overlay = overlayOf(run);
          for (const [name, entries] of names) overlay.names.set(name, entries);
        }
        throw error;
      } finally {
        touched = createTouchedNames();
      }
    },
    step: () => ({
      touched: touched.names,
      held: (run) =>
        base.runs().some((one) => runId(one) === runId(run)) ||
        [...overlayOf(run).names.keys()].some((name) => touched.earlier(run, name)?.length !== 0),
      runs: runsOf,
      edited: (run) => new Set([...overlayOf(run).names.keys(), ...touched.names(run)]),
      before: async (run, name) =>
        applyEntries(
          await base.find(run, name),
          touched.earlier(run, name) ?? overlayOf(run).names.get(name) ?? [],
        ),
      after: find,
      base,
    }),
    async keepNewest(keep, format) {
      for (const { run, names } of [...overlays.values()]) {
        for (const [name, entries] of names) {
          if (!entries.some(isNew)) continue;
          const added = entries.flatMap(recordOf);
          for (const record of surplus(await find(run, name), { keep, format })) {
            const { version, architecture } = record;
            if (!added.some((one) => isSame(one, record)))
              set(run, { drop: { name, version, architecture } });
          }
        }
      }
    },
    async keepOne(format) {
      for (const { run, names } of [...overlays.values()]) {
        for (const [name, entries] of [...names]) {
          if (!entries.some(isNew)) continue;
          const held: (SlottedPackage & { readonly run: RunKey })[] = [];
          for (const other of runsOf(run.channel).filter(({ component }) => component === run.component))
            for (const record of await find(other, name)) held.push({ run: other, slot: other.slot, record });
          for (const { run: other, record } of superseded(held, format)) {
            const { version, architecture } = record;
            set(other, { drop: { name, version, architecture } });
          }
        }
      }
    },
    edits() {
      return [...overlays.values()].flatMap((overlay) => editsOf(overlay) ?? []);
    },
  };
}

function isNew(entry: Entry): boolean {
  return 'put' in entry && !entry.restored;
}
