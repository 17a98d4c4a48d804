/** `pakhus apply`. */
import { ERROR_CODES } from '../../core/error-codes.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { applySettings } from '../../repository/apply-settings.ts';
import type { SettingChange } from '../../repository/compare-terms.ts';
import { findTail } from '../../repository/read-repository.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';
import { settingLines } from '../setting-lines.ts';

interface Applied {
  readonly repository: string;
  readonly changes: readonly SettingChange[];
  readonly rev: number | undefined;
}

export const apply: Command = defineCommand({
  inputs: { repository: optionalArgument('one repository; left out: all that pakhus.yaml has') },
  description:
    'Shows the difference between pakhus.yaml and the newest revision, and commits it. publish never does that by itself.',
  changes: true,
  run: async (context, { repository: name }) => {
    const { dryRun } = context.flags;
    const repositories: Applied[] = [];
    const missing: string[] = [];
    await forEachRepository(context, name, async ({ repository, workspace }) => {
      const wanted = workspace.config.repositories.value.find((one) => one.name === repository.name);
      if (wanted === undefined) {
        if (name !== undefined) throw notConfigured(name);
        return;
      }
      if ((await findTail(repository)) === undefined) {
        missing.push(repository.name);
        return;
      }
      const input = { wanted, config: workspace.config, dryRun };
      const { changes, change } = await applySettings(repository, input, useCase(context));
      repositories.push({ repository: repository.name, changes, rev: change?.rev });
    });
    return { repositories, missing, dryRun };
  },
  exitCode: ({ missing }) => (missing.length > 0 ? ERROR_CODES.REPOSITORY_NOT_FOUND.exit : 0),
  render: ({ repositories, missing, dryRun }, { palette }) =>
    repositories.length + missing.length === 0
      ? ['pakhus.yaml has no repositories.']
      : [
          ...repositories.flatMap(({ repository, changes, rev }) => [
            ...settingLines(changes),
            endLine(repository, { changes, rev, dryRun }, palette.good),
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

function endLine(
  repository: string,
  at: { readonly changes: readonly unknown[]; readonly rev: number | undefined; readonly dryRun: boolean },
  good: (text: string) => string,
): string {
  if (at.changes.length === 0) return `${repository} is as pakhus.yaml says.`;
  return at.dryRun
    ? `Would change ${repository}. Nothing was changed.`
    : good(`Changed ${repository}, revision ${at.rev}.`);
}
