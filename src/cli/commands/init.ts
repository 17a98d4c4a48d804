/** `pakhus init`. */
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { RepositoryEntry } from '../../config/config-file.ts';
import { renderConfigFile } from '../../config/render-config-file.ts';
import type { RepositoryConfig, ResolvedConfig } from '../../config/resolved-config.ts';
import { toRepository } from '../../config/to-repository.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { FORMATS } from '../../formats/table.ts';
import { createRepository } from '../../repository/create-repository.ts';
import { type Command, defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { choiceOption, listOption, optionalArgument, textOption } from '../inputs.ts';
import { useCase, workspaceOf } from '../open-workspace.ts';

const CONFIG_FILE = 'pakhus.yaml';

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
  run: async (context, { name, format, channel, component, url }) => {
    const config = await context.config();
    const entry: RepositoryEntry = {
      format: format ?? FORMATS[0]?.name ?? '',
      ...(channel.length > 0 && { channels: channel }),
      ...(component.length > 0 && { components: component }),
    };
    const wanted = name ?? entry.format;
    const fresh = config.projectFile === undefined;
    if (
      !fresh &&
      (name !== undefined ||
        format !== undefined ||
        url !== undefined ||
        channel.length + component.length > 0)
    )
      throw fileIsThere(config);
    const repositories = fresh
      ? [toRepository(wanted, { entry, origin: { source: 'default' } })]
      : config.repositories.value;
    const made = await makeAll(context, repositories);
    if (!fresh) return { file: config.projectFile ?? null, store: config.store.value, made, wrote: false };
    const file = join(context.cwd, CONFIG_FILE);
    const text = renderConfigFile({
      store:
        config.store.origin.source === 'default'
          ? `./${relative(context.cwd, config.store.value)}`
          : config.store.value,
      url,
      repositories: { [wanted]: entryOf(repositories) },
      ledger: made.map(({ ledgerKey }) => ledgerKey),
    });
    await writeFile(file, text, { flag: 'wx' });
    return { file, store: config.store.value, made, wrote: true };
  },
  render: ({ file, store, made, wrote }, { palette }) => [
    ...made.map((one) =>
      one.created
        ? palette.good(`Made ${one.repository}, signed by ${one.signers.join(', ')}`)
        : `${one.repository} was there already`,
    ),
    `  store: ${store}`,
    `  keys: ${made[0]?.keys ?? ''}; keep a copy of them in a safe place`,
    ...(wrote ? [`Wrote ${file}.`] : []),
    `Next: ${palette.code('pakhus publish FOLDER')}`,
  ],
});

interface Made {
  readonly repository: string;
  readonly created: boolean;
  readonly signers: readonly string[];
  readonly ledgerKey: string;
  readonly keys: string;
}

async function makeAll(
  context: CliContext,
  repositories: readonly RepositoryConfig[],
): Promise<readonly Made[]> {
  const workspace = await workspaceOf(context, { missing: 'make' });
  const made: Made[] = [];
  for (const config of repositories) {
    const repository = await workspace.open(config, { makeLedgerKey: true });
    const { created, signers } = await createRepository(repository, config.settings, useCase(context));
    const ledgerKey = repository.ledger.signer?.keyId ?? '';
    made.push({ repository: config.name, created, signers, ledgerKey, keys: repository.keys.folder });
  }
  return made;
}

function entryOf([first]: readonly RepositoryConfig[]): RepositoryEntry {
  if (first === undefined) throw new Error('init makes a repository');
  const { format, channels, components } = first.settings;
  return { format, channels: channels.map(({ name }) => name), components };
}

function fileIsThere({ projectFile }: ResolvedConfig): PakhusError {
  return new PakhusError(
    'CLI_USAGE',
    `${projectFile} exists already, so init takes its repositories from there`,
    {
      hint: 'Edit that file, then run `pakhus init` without arguments, or `pakhus apply`.',
    },
  );
}
