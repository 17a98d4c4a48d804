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

interface RunOverlay {
  readonly run: RunKey;
  /** By name, then by version and architecture: the new record, or the identity that goes. */
  readonly names: Map<string, Map<string, { readonly record?: PackageRecord; readonly identity: Identity }>>;
}

export function createChanges(base: BaseLookup): Changes {
  const overlays = new Map<string, RunOverlay>();
  let undo: (() => void)[] = [];

  const overlayOf = (run: RunKey): RunOverlay => {
    const id = `${run.channel}\n${run.component}\n${run.slot}`;
    const known = overlays.get(id);
    if (known !== undefined) return known;
    const made: RunOverlay = { run, names: new Map() };
    overlays.set(id, made);
    return made;
  };

  const set = (run: RunKey, identity: Identity, record: PackageRecord | undefined): void => {
    const { names } = overlayOf(run);
    const versions = names.get(identity.name) ?? new Map();
    names.set(identity.name, versions);
    const id = versionId(identity);
    const before = versions.get(id);
    undo.push(() => (before === undefined ? versions.delete(id) : versions.set(id, before)));
    versions.set(id, record === undefined ? { identity } : { identity, record });
  };

  const find = async (run: RunKey, name: string): Promise<readonly PackageRecord[]> => {
    const changed = overlayOf(run).names.get(name);
    const kept = (await base.find(run, name)).filter((record) => changed?.has(versionId(record)) !== true);
    return changed === undefined
      ? kept
      : [...kept, ...[...changed.values()].flatMap(({ record }) => record ?? [])];
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
      const record = (await find(run, identity.name)).find((one) => versionId(one) === versionId(identity));
      if (record !== undefined) return { slot: run.slot, record };
    }
    return undefined;
  };

  return {
    async add(run, record) {
      for (const other of runsOf(run.channel)) {
        const same = (await find(other, record.name)).find((one) => versionId(one) === versionId(record));
        if (same === undefined) continue;
        if (same.sha256 !== record.sha256) throw conflict(other, { there: same, added: record });
        if (other.component === run.component && other.slot === run.slot) return false;
      }
      set(run, record, record);
      return true;
    },
    async remove(place, identity) {
      const found = await lookUp(place, identity);
      if (found === undefined) return false;
      set({ ...place, slot: found.slot }, identity, undefined);
      return true;
    },
    lookUp,
    puts: ({ channel, component }) =>
      [...overlays.values()].some(
        ({ run, names }) =>
          run.channel === channel &&
          run.component === component &&
          [...names.values()].some((versions) => [...versions.values()].some(({ record }) => record)),
      ),
    async whole(work) {
      undo = [];
      try {
        return await work();
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw error;
      }
    },
    async keepNewest(keep, format) {
      for (const { run, names } of [...overlays.values()]) {
        for (const [name, versions] of names) {
          const added = new Set(
            [...versions.values()].flatMap(({ record }) => (record === undefined ? [] : [versionId(record)])),
          );
          if (added.size === 0) continue;
          for (const record of surplus(await find(run, name), { keep, format })) {
            const { version, architecture } = record;
            if (!added.has(versionId(record))) set(run, { name, version, architecture }, undefined);
          }
        }
      }
    },
    edits() {
      const all: CatalogChange['edits'][number][] = [];
      for (const { run, names } of overlays.values()) {
        const put: PackageRecord[] = [];
        const drop: Identity[] = [];
        for (const versions of names.values()) {
          for (const { record, identity } of versions.values()) {
            if (record === undefined) drop.push(identity);
            else put.push(record);
          }
        }
        if (put.length + drop.length > 0) all.push({ run, put, drop });
      }
      return all;
    },
  };
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

function versionId(identity: Identity): string {
  return `${identity.name}\n${identity.version}\n${identity.architecture}`;
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
