/** `pakhus commit`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import {
  type CommitReport,
  type CommittedRevision,
  commitOpen,
  mayCommit,
  watchOpen,
} from '../../repository/proposals/commit-open.ts';
import { type OpenProposal, readOpenProposals } from '../../repository/proposals/open-proposals.ts';
import { openTail } from '../../repository/read-repository.ts';
import type { Repository } from '../../repository/repository.ts';
import { type Command, defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { durationOption, flag, manyArguments } from '../inputs.ts';
import { repositoriesOf, useCase } from '../open-workspace.ts';
import type { Palette } from '../palette.ts';
import { formatNumberOf } from '../quantities.ts';

const DEFAULT_EVERY_MS = 5000;
/** There is at most one revision a second. */
const LEAST_EVERY_MS = 1000;

export const commit: Command = defineCommand({
  inputs: {
    repositories: manyArguments('the repositories; left out: all of the store', { none: true }),
    watch: flag('go on until Ctrl-C, with one line for each revision'),
    every: durationOption('time', 'with --watch: how often to look (default: 5s)'),
  },
  description:
    'Takes all open proposals, refuses those that break a rule, signs and publishes the others. Also finishes what an ' +
    'interrupted publish left, and puts damaged pointers back. Needs the keys of a committer.',
  examples: [
    ['pakhus commit', 'takes what lies in the inboxes of all repositories'],
    ['pakhus commit tools --watch', 'as a service: what is proposed is published within seconds'],
  ],
  changes: true,
  run: async (context, { repositories: names, watch, every }) => {
    if (watch && context.flags.dryRun)
      throw new PakhusError('CLI_USAGE', '--watch changes things as they come: leave out --dry-run');
    if (every !== undefined && !watch)
      throw new PakhusError('CLI_USAGE', '--every says how often to look, and nothing is watched', {
        hint: 'Add --watch.',
      });
    const all = await repositoriesOf(context, { names });
    const repositories = names.length > 0 ? all : await ownOnes(context, all);
    if (watch)
      return watchAll(context, {
        repositories,
        everyMs: Math.max(LEAST_EVERY_MS, every ?? DEFAULT_EVERY_MS),
      });
    if (context.flags.dryRun) return lookAtAll(context, repositories);
    const reports: CommitReport[] = [];
    for (const repository of repositories) reports.push(await commitOpen(repository, useCase(context)));
    return { dryRun: false, watched: false, repositories: reports, open: [] };
  },
  render: ({ dryRun, watched, repositories, open }, { palette }) => {
    if (watched) return [];
    if (dryRun) return openLines(open);
    if (repositories.length === 0)
      return ['No repositories. `pakhus publish PATH --init` makes the first one.'];
    return repositories.flatMap((report) => reportLines(report, palette));
  },
});

/** Of all repositories, those that this machine may commit to; the others are named. Where there is none, one that says why. */
async function ownOnes(context: CliContext, all: readonly Repository[]): Promise<readonly Repository[]> {
  const own: Repository[] = [];
  const others: string[] = [];
  for (const one of all) {
    if (await mayCommit(one, { signal: context.signal })) own.push(one);
    else others.push(one.name);
  }
  if (own.length === 0) return all.slice(0, 1);
  if (others.length > 0)
    context.reporter.report({ type: 'note', message: `Not to be committed from here: ${others.join(', ')}` });
  return own;
}

interface Done {
  readonly dryRun: boolean;
  readonly watched: boolean;
  readonly repositories: readonly CommitReport[];
  /** On a dry run. */
  readonly open: readonly (OpenProposal & { readonly repository: string })[];
}

async function lookAtAll(context: CliContext, repositories: readonly Repository[]): Promise<Done> {
  const call = { signal: context.signal };
  const open: Done['open'][number][] = [];
  for (const repository of repositories) {
    const found = await readOpenProposals(repository, await openTail(repository, call), call);
    open.push(...found.map((one) => ({ repository: repository.name, ...one })));
  }
  return { dryRun: true, watched: false, repositories: [], open };
}

function openLines(open: Done['open']): string[] {
  const lines = open.map(({ repository, proposal, message, problem }) =>
    problem === undefined
      ? `${repository}: would take ${proposal}: ${message}`
      : `${repository}: would refuse ${proposal}: ${problem}`,
  );
  return [...lines.map(onOneLine), open.length === 0 ? 'Nothing is proposed.' : 'Nothing was changed.'];
}

/** Lines come as things happen; progress would only be in their way. */
async function watchAll(
  context: CliContext,
  { repositories, everyMs }: { readonly repositories: readonly Repository[]; readonly everyMs: number },
): Promise<Done> {
  const { reporter, signal, clock } = context;
  const names = repositories.map(({ name }) => name).join(', ');
  reporter.report({ type: 'note', message: `Watching ${names || 'nothing: there is no repository'}` });
  const onReport = (report: CommitReport): void => {
    for (const message of watchLines(report)) reporter.report({ type: 'note', message });
  };
  const options = useCase(context);
  const report: typeof options.report = (event) => {
    if (event.type !== 'progress') options.report(event);
  };
  if (repositories.length > 0)
    await watchOpen(repositories, { everyMs, clock, onReport }, { ...options, report, signal });
  return { dryRun: false, watched: true, repositories: [], open: [] };
}

function watchLines({ repository, revisions, written }: CommitReport): string[] {
  if (revisions.length === 0) return [`${repository}: put back ${written.join(', ')}`];
  return revisions.flatMap((one) => [revisionLine(one), ...refusedLines(one)]).map(onOneLine);
}

function reportLines(report: CommitReport, palette: Palette): string[] {
  const { repository, revisions, rev, written } = report;
  const lines = revisions.flatMap((one) => [
    palette.good(revisionLine(one)),
    ...refusedLines(one).map((line) => palette.warning(line)),
  ]);
  if (revisions.length > 0) return lines.map(onOneLine);
  const healed = written.length === 0 ? '' : `, ${formatNumberOf(written.length, 'public file')} put back`;
  return [`${repository}: nothing to commit, clients see revision ${rev}${healed}.`];
}

function revisionLine({ repository, rev, author, message }: CommittedRevision): string {
  return `${repository}: revision ${rev} by ${author}: ${message}`;
}

function refusedLines({ repository, settled }: CommittedRevision): string[] {
  return settled.flatMap(({ ref, rejected }) =>
    rejected === undefined ? [] : [`${repository}: refused ${ref}: ${rejected}`],
  );
}

/** What others wrote makes no lines of its own. */
function onOneLine(line: string): string {
  return line.replaceAll('\n', ' ');
}
