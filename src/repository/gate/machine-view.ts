/** What one kind of machine sees of a channel, before and after a step. */
import type { RunKey } from '../../catalog/catalog.ts';
import type { ChannelSettings, Format, RepositorySettings } from '../../formats/format.ts';
import type { Machine, TermsReader } from '../../formats/install-rules.ts';
import type { Step } from '../change/step.ts';
import { type Candidate, type Candidates, createCandidates } from './candidates.ts';
import { AFTER, BEFORE } from './side.ts';

export interface MachineView {
  readonly machine: Machine;
  /** Components in the order of the settings, and of each the slots in the order in which an index lists them. */
  readonly runs: readonly RunKey[];
}

/** The views of all kinds of machines that a channel serves. */
export function machineViews(
  step: Step,
  at: { readonly settings: RepositorySettings; readonly channel: ChannelSettings; readonly format: Format },
): readonly MachineView[] {
  const { settings, channel, format } = at;
  const runs = step.runs(channel.name);
  const slots = new Map(
    [...Map.groupBy(runs, (run) => run.component)].map(
      ([component, own]) => [component, new Set(own.map((run) => run.slot))] as const,
    ),
  );
  const components = [...new Set([...settings.components, ...slots.keys()])];
  return (format.install?.machines({ settings, channel, slots }) ?? []).map((machine) => ({
    machine,
    runs: components.flatMap((component) =>
      machine.slots.flatMap((slot) => runs.filter((run) => run.component === component && run.slot === slot)),
    ),
  }));
}

/** Offers what a step has of a name: what is the same before and after it as one. */
export async function offerEdited(
  step: Step,
  name: string,
  { runs, candidates }: { readonly runs: readonly RunKey[]; readonly candidates: Candidates },
): Promise<void> {
  for (const run of runs) {
    const [before, after] = [await step.before(run, name), await step.after(run, name)];
    for (const record of before) candidates.offer(record, after.includes(record) ? BEFORE | AFTER : BEFORE);
    for (const record of after) if (!before.includes(record)) candidates.offer(record, AFTER);
  }
}

/** The candidates of a name; the same object when it is the same on both sides. */
export interface Pair {
  readonly before: Candidate | undefined;
  readonly after: Candidate | undefined;
}

export async function readPair(
  step: Step,
  name: string,
  at: {
    readonly runs: readonly RunKey[];
    readonly format: Pick<Format, 'compareVersions'>;
    readonly reader: TermsReader;
  },
): Promise<Pair> {
  const { compareVersions } = at.format;
  const candidates = createCandidates({ reader: at.reader, compareVersions });
  await offerEdited(step, name, { runs: at.runs, candidates });
  const found = candidates.list();
  return {
    before: found.find(({ sides }) => (sides & BEFORE) !== 0),
    after: found.find(({ sides }) => (sides & AFTER) !== 0),
  };
}
