/** `pakhus import`. */
import { resolve } from 'node:path';
import { parsePlace } from '../../config/place.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { refreshFront } from '../../repository/front/refresh-front.ts';
import { importRepository, type RemoteRepository } from '../../repository/import/import-repository.ts';
import type { Loss } from '../../repository/import/losses.ts';
import { findTail } from '../../repository/read-repository.ts';
import { readKeyring } from '../../signing/keyring.ts';
import { type Command, defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { configureImport } from '../import-config.ts';
import { importLines, lossLines } from '../import-lines.ts';
import { argument, flag, listOption, textOption } from '../inputs.ts';
import { type ImportPlace, locateImport } from '../locate-import.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';

const PARTLY_DONE = 3;

export const importCommand: Command = defineCommand({
  inputs: {
    source: argument('the folder that holds dists/: the store, or in it; or a URL to copy from'),
    to: textOption('name', 'the repository that it becomes (default: the name of the folder)'),
    suite: listOption('name', 'a suite to take over; may be given several times (default: all of a folder)'),
    keepGoing: flag('leave out packages that are missing or damaged (exit code 3)'),
    newKey: flag('sign with another key than the one that signs today; clients have to be told of it'),
    yes: flag('go on although clients lose source packages, translations or keys'),
    keyring: textOption('file', 'public keys: one of them must have signed what is fetched from a URL'),
    unsigned: flag('take what a URL gives, whoever signed it'),
  },
  description:
    'Makes a repository of pakhus from one that aptly, reprepro or deb-s3 made: packages stay where they are, suites keep their names, ' +
    'the key that signs today signs on, and clients change nothing. Every package is read and compared with the index. Nothing is ' +
    'deleted; what pakhus does not keep is named before anything changes. From a URL, indexes and packages are fetched to the same ' +
    'paths of a new repository, which you sign. Run again after an interruption, it goes on.',
  examples: [
    ['pakhus import ./public --to tools --dry-run', 'what would be taken over, and what is in the way'],
    ['pakhus import /srv/www/debian --to tools', 'that folder becomes the store'],
    [
      'pakhus import https://packages.example.org/apt --to tools --suite stable --keyring example.asc',
      'a copy of what others publish',
    ],
  ],
  changes: true,
  run: async (context, { source, to, suite, keyring, unsigned, yes, ...how }) => {
    const { dryRun } = context.flags;
    const place = await locateImport(context, { source, to: to === undefined ? undefined : parsePlace(to) });
    const from = await remoteOf(place, { keyring: keyring && resolve(context.cwd, keyring), unsigned });
    const missing = from === undefined ? 'fail' : dryRun ? 'empty' : 'make';
    const workspace = await workspaceOf(context, { config: place.config, missing });
    let repository = await workspace.open(place.repository);
    if (!dryRun && (await findTail(repository)) === undefined)
      repository = await workspace.open(place.repository, { makeLedgerKey: true });
    const result = await importRepository(
      repository,
      {
        ...{ from, config: place.repository, proposers: place.config.proposers.value, channels: suite },
        ...{ ...how, dryRun },
        mayLose: async (losses) => yes || (await askToLose(context, losses)),
      },
      useCase(context),
    );
    if (!dryRun) await refreshFront(workspace, useCase(context));
    const ledgerKey = repository.ledger.signer?.keyId;
    const { file, lines: toConfigure } = await configureImport(context, { place, result, ledgerKey });
    const { name: named, tree } = repository;
    return {
      repository: named,
      tree: tree.name,
      from: from?.url ?? null,
      ...{ file, toConfigure },
      dryRun,
      keys: repository.keys.folder,
      ...result,
    };
  },
  exitCode: ({ bad, dryRun }) => (bad.length > 0 && !dryRun ? PARTLY_DONE : 0),
  render: (result, { palette }) => importLines(result, palette),
});

/** What is fetched, and who is believed. @throws CLI_USAGE, KEY_NOT_FOUND, KEY_INVALID */
async function remoteOf(
  { url }: ImportPlace,
  { keyring, unsigned }: { readonly keyring: string | undefined; readonly unsigned: boolean },
): Promise<RemoteRepository | undefined> {
  if (url === undefined) {
    if (keyring === undefined && !unsigned) return undefined;
    throw usage(
      '--keyring and --unsigned are for URLs',
      'What lies in the store must be signed by a key of yours.',
    );
  }
  if ((keyring === undefined) !== unsigned)
    throw usage(
      'who signed what the URL gives?',
      'Give --keyring FILE with the keys to believe, or --unsigned.',
    );
  const { createUrlReader } = await import('../../upstream/url-reader.ts');
  const publicKeys = keyring === undefined ? undefined : await readKeyring(keyring);
  return { url, publicKeys, read: createUrlReader() };
}

function usage(message: string, hint: string): PakhusError {
  return new PakhusError('CLI_USAGE', message, { hint });
}

async function askToLose(context: CliContext, losses: readonly Loss[]): Promise<boolean> {
  if (context.ask === undefined) return false;
  for (const line of lossLines(losses)) context.reporter.report({ type: 'note', message: line });
  return context.ask('Clients will not get these any more. Go on?');
}
