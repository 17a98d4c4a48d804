/** What one step of several changes, and how it was before. */
import type { RunKey } from '../../catalog/catalog.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { BaseLookup } from './changes.ts';
import type { Entry, RunOverlay } from './run-overlay.ts';

export interface Step {
  /** Names in a run of which packages came or went since it began. */
  touched(run: RunKey): Iterable<string>;
  /** Runs of a channel that hold packages, or may have held some. */
  runs(channel: string): readonly RunKey[];
  /** Whether a run held packages when it began; what is new breaks nothing. */
  held(run: RunKey): boolean;
  /** Names in a run that are not as the base has them, when it began or now. */
  edited(run: RunKey): ReadonlySet<string>;
  /** Packages called `name` in a run when it began. */
  before(run: RunKey, name: string): Promise<readonly PackageRecord[]>;
  /** And now. */
  after(run: RunKey, name: string): Promise<readonly PackageRecord[]>;
  readonly base: BaseLookup;
}

/** Remembers entries as they were when a step began. */
export interface TouchedNames {
  /** To be called before entries of `name` change for the first time, and as often as one likes after that. */
  note(overlay: RunOverlay, name: string): void;
  /** The entries that a name had, if it was noted. */
  earlier(run: RunKey, name: string): readonly Entry[] | undefined;
  /** All of a run. */
  names(run: RunKey): Iterable<string>;
  /** Of all runs, with the entries that they had. */
  all(): Iterable<RunOverlay>;
}

const NOTHING: readonly Entry[] = [];

export function createTouchedNames(): TouchedNames {
  const runs = new Map<string, RunOverlay>();
  return {
    note({ run, names }, name) {
      const own = runs.get(runId(run)) ?? { run, names: new Map<string, readonly Entry[]>() };
      if (!own.names.has(name)) own.names.set(name, names.get(name) ?? NOTHING);
      runs.set(runId(run), own);
    },
    earlier: (run, name) => runs.get(runId(run))?.names.get(name),
    names: (run) => runs.get(runId(run))?.names.keys() ?? [],
    all: () => runs.values(),
  };
}

/** Tells runs apart. */
export function runId({ channel, component, slot }: RunKey): string {
  return `${channel}\n${component}\n${slot}`;
}
