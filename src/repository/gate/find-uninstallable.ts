/**
 * The gate: what a step would make uninstallable.
 *
 * ```
 * touched names ─▶ candidates that change ─none─▶ fine, nothing was read
 *                          │ some
 *                  isHarmless: leaves around them ─certain─▶ fine
 *                          │ not certain, or base indexes
 *                  the whole channel, base indexes ─▶ universe ─▶ findBroken
 * ```
 */
import type { RunKey } from '../../catalog/catalog.ts';
import type { Report } from '../../core/report-event.ts';
import type { ChannelSettings, Format, RepositorySettings } from '../../formats/format.ts';
import type { InstallRules } from '../../formats/install-rules.ts';
import type { Step } from '../change/step.ts';
import { holdYoungGeneration } from '../ingest/hold-heap.ts';
import type { BaseIndexes } from './base-indexes.ts';
import { createCandidates } from './candidates.ts';
import { createEffort } from './effort.ts';
import { type Findings, findBroken } from './find-broken.ts';
import { type ChangedCandidate, isHarmless } from './harmless.ts';
import { type MachineView, machineViews, offerEdited, readPair } from './machine-view.ts';
import { createNeighbourhood } from './neighbourhood.ts';
import { AFTER, BEFORE } from './side.ts';
import { createUniverse } from './universe.ts';

/** Half a second's worth of choices; a channel of 63,440 packages takes a fiftieth. */
const EFFORT = 20_000_000;
/** By then V8's young generation has grown to what such work needs; without an end to its growth the peak is half as high again. */
const GROWN_AT_PACKAGES = 8000;
/** With more changes than this the whole channel is read at once. */
const MAX_CHANGES_TO_PROVE = 32;

export interface GateInput {
  readonly step: Step;
  /** As they are after the step. */
  readonly settings: RepositorySettings;
  readonly format: Format;
  readonly bases: BaseIndexes;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** What was found for one kind of machine. */
export interface MachineFindings extends Findings {
  readonly channel: string;
  readonly architecture: string;
}

/** Only machines of which something was found. */
export async function findUninstallable(input: GateInput): Promise<readonly MachineFindings[]> {
  const { step, settings } = input;
  const found: MachineFindings[] = [];
  for (const channel of settings.channels) {
    for (const view of machineViews(step, { ...input, channel })) {
      const findings = await checkMachine(input, { channel, view });
      const { architecture } = view.machine;
      if (findings.broken.length + findings.undecided > 0)
        found.push({ channel: channel.name, architecture, ...findings });
    }
  }
  return found;
}

const NOTHING: Findings = { broken: [], isMore: false, undecided: 0 };

interface At {
  readonly channel: ChannelSettings;
  readonly view: MachineView;
}

async function checkMachine(input: GateInput, { channel, view }: At): Promise<Findings> {
  const { step, format, bases } = input;
  const { install } = format;
  const names = new Set(view.runs.flatMap((run) => [...step.touched(run)]));
  if (install === undefined || names.size === 0) return NOTHING;
  const { architecture } = view.machine;
  const paths = bases.pathsFor({ channel: channel.name, architecture });
  if (paths.length === 0) {
    const at = { runs: view.runs, format, reader: install.createTermsReader(architecture) };
    const changed = await changedCandidates(step, names, at);
    if (changed.length === 0) return NOTHING;
    if (
      changed.length <= MAX_CHANGES_TO_PROVE &&
      (await isHarmless(changed, createNeighbourhood(step, at), format))
    )
      return NOTHING;
  }
  return checkAll(input, { channel, view, paths, install });
}

async function changedCandidates(
  step: Step,
  names: ReadonlySet<string>,
  at: Parameters<typeof readPair>[2],
): Promise<readonly ChangedCandidate[]> {
  const changed: ChangedCandidate[] = [];
  const held = at.runs.filter(step.held);
  for (const name of held.length === 0 ? [] : names) {
    // Most of a large publish is new.
    if (!(await wasThere(step, name, held))) continue;
    const { before, after } = await readPair(step, name, at);
    if (before !== undefined && before !== after) changed.push({ before, after });
  }
  return changed;
}

async function wasThere(step: Step, name: string, runs: readonly RunKey[]): Promise<boolean> {
  for (const run of runs) if ((await step.before(run, name)).length > 0) return true;
  return false;
}

/** Reads all that the machine sees. */
async function checkAll(
  { step, format, bases, report, signal }: GateInput,
  {
    channel,
    view,
    paths,
    install,
  }: At & { readonly paths: readonly string[]; readonly install: InstallRules },
): Promise<Findings> {
  report({ type: 'progress', task: 'Checking dependencies' });
  const { architecture } = view.machine;
  const { compareVersions } = format;
  const reader = install.createTermsReader(architecture);
  const candidates = createCandidates({ reader, compareVersions });
  const listed = new Set<string>();
  const edited = new Set(view.runs.flatMap((run) => [...step.edited(run)]));
  let seen = 0;
  const goOn = (packages: number): void => {
    signal?.throwIfAborted();
    seen += packages;
    if (seen > GROWN_AT_PACKAGES) holdYoungGeneration();
  };
  for (const run of view.runs) {
    for await (const records of step.base.scan(run)) {
      goOn(records.length);
      for (const record of records) {
        if (edited.has(record.name)) continue;
        candidates.offer(record, BEFORE | AFTER);
        listed.add(record.name);
      }
    }
  }
  for (const name of edited) {
    await offerEdited(step, name, { runs: view.runs, candidates });
    listed.add(name);
  }
  for (const path of paths) {
    for await (const text of bases.read(path, install)) {
      const packages = [...install.readIndex(text, architecture)];
      goOn(packages.length);
      for (const one of packages) candidates.offer(one, BEFORE | AFTER);
    }
  }
  const effort = createEffort(EFFORT);
  const universe = createUniverse(candidates.list(), {
    reader,
    compareVersions,
    strict: paths.length > 0,
    effort,
  });
  return findBroken(universe, listed, { effort, channel: channel.name });
}
