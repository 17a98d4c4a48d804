/** `pakhus apply`. */
import { ERROR_CODES } from '../../core/error-codes.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { applySettings } from '../../repository/apply-settings.ts';
import type { SettingChange } from '../../repository/change/compare-terms.ts';
import { refreshFront } from '../../repository/front/refresh-front.ts';
import { findTail } from '../../repository/read-repository.ts';
import type { Workspace } from '../../repository/workspace.ts';
import { type Command, defineCommand } from '../command.ts';
import { flag, optionalArgument } from '../inputs.ts';
import { forEachRepository, type OpenPlace, useCase } from '../open-workspace.ts';
import type { Palette } from '../palette.ts';
import { PROPOSE_INPUTS, proposedLines, readProposing } from '../propose-inputs.ts';
import { settingLines } from '../setting-lines.ts';

interface Applied {
  readonly repository: string;
  readonly changes: readonly SettingChange[];
  readonly rev: number | undefined;
  readonly proposal: string | undefined;
}

export const apply: Command = defineCommand({
  inputs: {
    repository: optionalArgument('one repository; left out: all that pakhus.yaml has'),
    breakClients: flag(
      'go on although machines that are set up already will fail until somebody repairs them',
    ),
    ...PROPOSE_INPUTS,
  },
  description:
    'Shows the difference between pakhus.yaml and the newest revision, and commits it. publish never does that by itself. ' +
    "A proposal is about settings only: keys, committers and proposers are a committer's to apply.",
  changes: true,
  run: async (context, { repository: name, breakClients, ...propose }) => {
    const { dryRun } = context.flags;
    const proposing = readProposing(context, propose);
    const repositories: Applied[] = [];
    const missing: string[] = [];
    let applied: Workspace | undefined;
    const applyTo = async ({ repository, workspace }: OpenPlace): Promise<void> => {
      const wanted = workspace.config.repositories.value.find((one) => one.name === repository.name);
      if (wanted === undefined) {
        if (name !== undefined) throw notConfigured(name);
        return;
      }
      if ((await findTail(repository)) === undefined) {
        missing.push(repository.name);
        return;
      }
      const input = { wanted, config: workspace.config, dryRun, breakClients };
      const { changes, change } = await applySettings(repository, input, useCase(context, proposing));
      const { rev, proposal } = change ?? {};
      applied = workspace;
      repositories.push({ repository: repository.name, changes, rev, proposal });
    };
    await forEachRepository(context, name, applyTo, proposing);
    // Whether or not something changed: it shows what only pakhus.yaml says as well, such as `url`.
    if (applied !== undefined && !dryRun && proposing === undefined)
      await refreshFront(applied, useCase(context));
    return { repositories, missing, dryRun };
  },
  exitCode: ({ missing }) => (missing.length > 0 ? ERROR_CODES.REPOSITORY_NOT_FOUND.exit : 0),
  render: ({ repositories, missing, dryRun }, { palette }) =>
    repositories.length + missing.length === 0
      ? ['pakhus.yaml has no repositories.']
      : [
          ...repositories.flatMap((one) => [
            ...settingLines(one.changes),
            ...endLines(one, { dryRun, palette }),
          ]),
          ...missing.map((repository) =>
            palette.bad(`${repository} is not made yet: \`pakhus init\` makes it.`),
          ),
        ],
});

function notConfigured(name: string): PakhusError {
  return new PakhusError('CONFIG_INVALID', `pakhus.yaml has no repository '${name}'`, {
    hint: 'Add it there; `pakhus config show` shows what is in force.',
    details: { repository: name },
  });
}

function endLines(
  { repository, changes, rev, proposal }: Applied,
  { dryRun, palette }: { readonly dryRun: boolean; readonly palette: Palette },
): string[] {
  if (changes.length === 0) return [`${repository} is as pakhus.yaml says.`];
  if (dryRun) return [`Would change ${repository}. Nothing was changed.`];
  if (proposal !== undefined) return proposedLines({ proposal, what: `to change ${repository}` }, palette);
  return [palette.good(`Changed ${repository}, revision ${rev}.`)];
}
