/** `pakhus init`. */
import { findClientUrlProblem } from '../../config/addresses.ts';
import type { RepositoryEntry } from '../../config/config-file.ts';
import { parsePlace } from '../../config/place.ts';
import { proposersOf } from '../../config/proposers.ts';
import type { RepositoryConfig } from '../../config/resolved-config.ts';
import { toRepository } from '../../config/to-repository.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { FORMATS } from '../../formats/table.ts';
import { type CreatedRepository, createRepository } from '../../repository/create-repository.ts';
import { refreshFront } from '../../repository/front/refresh-front.ts';
import { findTail } from '../../repository/read-repository.ts';
import { type Command, defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { choiceOption, listOption, optionalArgument, textOption } from '../inputs.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';
import { configFileIn, entryOf, storeAsWritten, writeConfigFile } from '../write-config-file.ts';

export const init: Command = defineCommand({
  inputs: {
    name: optionalArgument('the repository, a folder of the store (default: the format)'),
    format: choiceOption(
      FORMATS.map(({ name }) => name),
      `what it holds (default: ${FORMATS[0]?.name})`,
    ),
    channel: listOption('name', 'a channel, such as stable; may be given several times'),
    component: listOption('name', 'a component, such as main; may be given several times'),
    url: textOption('url', 'where clients reach the store'),
  },
  description:
    'Makes the store, an empty repository with its signing key, and a pakhus.yaml in the current folder. Where there is a pakhus.yaml, ' +
    'it makes the repositories that the file names and the store lacks.',
  examples: [
    [
      'pakhus init tools --channel testing --channel stable --url https://packages.example.org',
      'an apt repository with two channels',
    ],
  ],
  changes: true,
  run: async (context, { name, format, channel, component, url }) => {
    const config = await context.config();
    const { dryRun } = context.flags;
    const entry: RepositoryEntry = {
      format: format ?? FORMATS[0]?.name ?? '',
      ...(channel.length > 0 && { channels: channel }),
      ...(component.length > 0 && { components: component }),
    };
    const wanted = name ?? entry.format;
    if (config.projectFile !== undefined) {
      const isAsked = [name, format, url, ...channel, ...component].some((one) => one !== undefined);
      if (isAsked) throw fileIsThere(config.projectFile);
      const made = await makeAll(context, config.repositories.value);
      return { file: config.projectFile, store: config.store.value, made, wrote: false, dryRun };
    }
    checkWords({ name: wanted, channel, component, url });
    const made = await makeAll(context, [toRepository(wanted, { entry, origin: { source: 'default' } })]);
    const file = configFileIn(context.cwd);
    if (!dryRun)
      await writeConfigFile(file, {
        store: storeAsWritten(config.store, context.cwd),
        url,
        repositories: Object.fromEntries(
          made.map(({ repository, settings }) => [repository, entryOf(settings)]),
        ),
        ledger: made.flatMap(({ ledgerKey }) => ledgerKey ?? []),
      });
    return { file, store: config.store.value, made, wrote: !dryRun, dryRun };
  },
  render: ({ file, store, made, wrote, dryRun }, { palette }) => [
    ...made.map((one) => madeLine(one, { dryRun, good: palette.good })),
    `  store: ${store}`,
    ...(made.some(({ created }) => created) && !dryRun
      ? [`  keys: ${made[0]?.keys ?? ''}; keep a copy of them in a safe place`]
      : []),
    ...(wrote ? [`Wrote ${file}.`] : []),
    dryRun ? 'Nothing was changed.' : `Next: ${palette.code('pakhus publish FOLDER')}`,
  ],
});

interface Made extends CreatedRepository {
  readonly repository: string;
  /** The id of this machine's ledger key; null where it has none for this repository. */
  readonly ledgerKey: string | null;
  /** The folder of keys. */
  readonly keys: string;
}

async function makeAll(
  context: CliContext,
  repositories: readonly RepositoryConfig[],
): Promise<readonly Made[]> {
  const { dryRun } = context.flags;
  const workspace = await workspaceOf(context, { missing: dryRun ? 'empty' : 'make' });
  const made: Made[] = [];
  for (const config of repositories) {
    let repository = await workspace.open(config);
    if (!dryRun && (await findTail(repository)) === undefined)
      repository = await workspace.open(config, { makeLedgerKey: true });
    const proposers = proposersOf(workspace.config.proposers.value, config.name);
    const input = { settings: config.settings, proposers, dryRun };
    const created = await createRepository(repository, input, useCase(context));
    const ledgerKey = repository.ledger.signer?.keyId ?? null;
    made.push({ repository: config.name, ...created, ledgerKey, keys: repository.keys.folder });
  }
  if (!dryRun && made.some(({ created }) => created)) await refreshFront(workspace, useCase(context));
  return made;
}

function madeLine(
  { repository, created, signers }: Made,
  { dryRun, good }: { readonly dryRun: boolean; readonly good: (text: string) => string },
): string {
  if (!created) return `${repository} was there already`;
  if (dryRun) return `Would make ${repository}`;
  const signed =
    signers.length === 0 ? '; its clients check no signatures' : `, signed by ${signers.join(', ')}`;
  return good(`Made ${repository}${signed}`);
}

/** The words of the command line that become names in the file. @throws CLI_USAGE */
function checkWords(words: {
  readonly name: string;
  readonly channel: readonly string[];
  readonly component: readonly string[];
  readonly url: string | undefined;
}): void {
  const { name, channel, component, url } = words;
  if (name.includes('/')) {
    throw new PakhusError('CLI_USAGE', `'${name}' is no name of a repository: it has a /`, {
      hint: 'Channels and components have options of their own: --channel stable --component main',
    });
  }
  parsePlace(name);
  for (const part of [...channel, ...component]) parsePlace(`${name}/${part}`);
  const problem = url === undefined ? undefined : findClientUrlProblem(url);
  if (problem !== undefined) throw new PakhusError('CLI_USAGE', `--url ${problem}`);
}

function fileIsThere(projectFile: string): PakhusError {
  return new PakhusError(
    'CLI_USAGE',
    `${projectFile} exists already, so init takes its repositories from there`,
    {
      hint: 'Edit that file, then run `pakhus init` without arguments, or `pakhus apply`.',
    },
  );
}
