/** `pakhus apply`. */
import { applySettings, type SettingChange } from '../../repository/apply-settings.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';

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
    await forEachRepository(context, name, async ({ repository, workspace }) => {
      const wanted = workspace.config.repositories.value.find((one) => one.name === repository.name);
      if (wanted === undefined) return;
      const input = { wanted, ledger: workspace.config.ledger.value, dryRun };
      const { changes, change } = await applySettings(repository, input, useCase(context));
      repositories.push({ repository: repository.name, changes, rev: change?.rev });
    });
    return { repositories, dryRun };
  },
  render: ({ repositories, dryRun }, { palette }) => {
    if (repositories.length === 0) return ['pakhus.yaml has no repositories.'];
    return repositories.flatMap(({ repository, changes, rev }) => [
      ...changes.map(
        ({ setting, before, after }) => `  ${setting}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
      ),
      endLine(repository, { changes, rev, dryRun }, palette.good),
    ]);
  },
});

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
