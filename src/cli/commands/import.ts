/** `pakhus import`. */
import { parsePlace } from '../../config/place.ts';
import { type ImportResult, importRepository } from '../../repository/import/import-repository.ts';
import type { Loss } from '../../repository/import/losses.ts';
import { findTail } from '../../repository/read-repository.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import type { CliContext } from '../context.ts';
import { argument, flag, listOption, textOption } from '../inputs.ts';
import { locateImport } from '../locate-import.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';
import { formatNumberOf, formatSize } from '../quantities.ts';
import { configFileIn, entryOf, storeAsWritten, writeConfigFile } from '../write-config-file.ts';

const PARTLY_DONE = 3;
const SHOWN = 20;

export const importCommand: Command = defineCommand({
  inputs: {
    folder: argument('the folder that holds dists/ and the packages: the store, or in it'),
    to: textOption('name', 'the repository that it becomes (default: the name of the folder)'),
    suite: listOption('name', 'a suite to take over; may be given several times (default: all)'),
    keepGoing: flag('leave out packages that are missing or damaged (exit code 3)'),
    newKey: flag('sign with another key than the one that signs today; clients have to be told of it'),
    yes: flag('go on although clients lose source packages, translations or keys'),
  },
  description:
    'Makes a repository of pakhus from one that aptly, reprepro or deb-s3 made: packages stay where they are, suites keep their names, ' +
    'the key that signs today signs on, and clients change nothing. Every package is read and compared with the index. Nothing is ' +
    'deleted; what pakhus does not keep is named before anything changes. Run again after an interruption, it goes on.',
  examples: [
    ['pakhus import ./public --to tools --dry-run', 'what would be taken over, and what is in the way'],
    ['pakhus import /srv/www/debian --to tools', 'that folder becomes the store'],
  ],
  changes: true,
  run: async (context, { folder, to, suite, keepGoing, newKey, yes }) => {
    const { dryRun } = context.flags;
    const place = await locateImport(context, { folder, to: to === undefined ? undefined : parsePlace(to) });
    const workspace = await workspaceOf(context, { config: place.config });
    let repository = await workspace.open(place.repository);
    if (!dryRun && (await findTail(repository)) === undefined)
      repository = await workspace.open(place.repository, { makeLedgerKey: true });
    const result = await importRepository(
      repository,
      {
        config: place.repository,
        proposers: place.config.proposers.value,
        channels: suite,
        ...{ keepGoing, newKey, dryRun },
        mayLose: async (losses) => yes || (await askToLose(context, losses)),
      },
      useCase(context),
    );
    const file = await writeConfig(context, { place, result, ledgerKey: repository.ledger.signer?.keyId });
    const { name: named, tree } = repository;
    return { repository: named, tree: tree.name, file, dryRun, keys: repository.keys.folder, ...result };
  },
  exitCode: ({ bad, dryRun }) => (bad.length > 0 && !dryRun ? PARTLY_DONE : 0),
  render: (result, view) => renderImport(result, view),
});

async function askToLose(context: CliContext, losses: readonly Loss[]): Promise<boolean> {
  if (context.ask === undefined) return false;
  for (const line of lossLines(losses)) context.reporter.report({ type: 'note', message: line });
  return context.ask('Clients will not get these any more. Go on?');
}

/** The pakhus.yaml that was written; null when there is one already, or on a dry run. */
async function writeConfig(
  context: CliContext,
  {
    place,
    result,
    ledgerKey,
  }: {
    readonly place: Awaited<ReturnType<typeof locateImport>>;
    readonly result: ImportResult;
    readonly ledgerKey: string | undefined;
  },
): Promise<string | null> {
  if (place.config.projectFile !== undefined || context.flags.dryRun) return null;
  const { name, path } = place.repository;
  const { format, ...entry } = entryOf(result.settings);
  const file = configFileIn(context.cwd);
  await writeConfigFile(file, {
    store: storeAsWritten(place.config.store, context.cwd),
    url: place.config.url.value,
    repositories: { [name]: { format, ...(path !== name && { path: path || '.' }), ...entry } },
    ledger: ledgerKey === undefined ? [] : [ledgerKey],
  });
  return file;
}

interface Imported extends ImportResult {
  readonly repository: string;
  readonly tree: string;
  readonly file: string | null;
  readonly keys: string;
  readonly dryRun: boolean;
}

function renderImport(result: Imported, { palette }: View): readonly string[] {
  const { repository, outcome, rev, dryRun, tree, bad, leftChannels, leftFiles, losses, channels, file } =
    result;
  const count = formatNumberOf(result.packages, 'package');
  const wrote = file === null ? [] : [`Wrote ${file}.`];
  if (outcome === 'already')
    return [`${repository} is a repository of pakhus already: revision ${rev}, ${count}.`, ...wrote];
  const suites = channels.map(
    ({ name, components, architectures, packages }) =>
      `  ${name}: ${formatNumberOf(packages, 'package')}; ${components.join(' ')}; ${architectures.join(' ') || 'all'}`,
  );
  const size = formatSize(result.sizeBytes);
  const lines = [
    ...badLines(bad).map((line, index) => (index === 0 ? palette.bad(line) : line)),
    ...lossLines(losses),
    ...(leftChannels.length === 0
      ? []
      : [`Not taken over, and left as they are: ${leftChannels.join(', ')}`]),
    ...leftLines(leftFiles),
  ];
  if (dryRun) return [...suites, ...lines, `Would take over ${count}, ${size}. Nothing was changed.`];
  return [
    palette.good(`Took over ${count}, ${size}, as ${repository}, revision ${rev}.`),
    ...suites,
    ...lines,
    `${palette.faint('At')}      ${tree}`,
    `${palette.faint('Signed')}  by ${result.signers.join(', ')}; keep a copy of ${result.keys} in a safe place`,
    ...wrote,
    `Next: stop what wrote there so far, then ${palette.code(`pakhus publish FILE --to ${repository}`)}`,
  ];
}

function badLines(bad: Imported['bad']): readonly string[] {
  if (bad.length === 0) return [];
  return [
    `${formatNumberOf(bad.length, 'package')} left out:`,
    ...bad.slice(0, SHOWN).map(({ where, problem }) => `  ${where}: ${problem}`),
    ...(bad.length > SHOWN ? [`  and ${bad.length - SHOWN} more`] : []),
  ];
}

function lossLines(losses: readonly Loss[]): readonly string[] {
  if (losses.length === 0) return [];
  return [
    'Clients will not get these any more; their files stay where they are:',
    ...losses.map(({ channel, what }) => `  ${channel === undefined ? '' : `${channel}: `}${what}`),
  ];
}

function leftLines(files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  return [
    `${formatNumberOf(files.length, 'package file')} that no index names, left as they are:`,
    ...files.slice(0, SHOWN).map((path) => `  ${path}`),
    ...(files.length > SHOWN ? [`  and ${files.length - SHOWN} more`] : []),
  ];
}
