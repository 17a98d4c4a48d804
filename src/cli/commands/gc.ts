/** `pakhus gc`. */
import { ERROR_CODES } from '../../core/error-codes.ts';
import { type CollectResult, collectRepository } from '../../repository/collect/collect.ts';
import { type Command, defineCommand } from '../command.ts';
import { durationOption, manyArguments } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';
import { formatNumberOf, formatSize } from '../quantities.ts';
import { collectableOf, storageLines } from '../storage-lines.ts';

interface Collected extends CollectResult {
  readonly repository: string;
}

export const gc: Command = defineCommand({
  inputs: {
    repositories: manyArguments('repositories; left out: all of the store', { none: true }),
    grace: durationOption(
      'time',
      'how long files stay after the last index that names them was replaced: 14d, 36h (default: graceDays of the repository, 14d)',
    ),
  },
  description:
    'Deletes packages, indexes and ledger data that no client can ask for any more. What stays: all that the newest revision names, the last ' +
    'three changes, pinned revisions, and whatever an index named within the grace. Files that pakhus did not make stay, and so do ' +
    'log records. It can be stopped or killed at any moment, and others can publish meanwhile.',
  examples: [
    ['pakhus gc --dry-run', 'what lies in the store and why, and what would go'],
    ['pakhus gc deb --grace 30d', 'keep more than the repository says, this time'],
  ],
  changes: true,
  run: async (context, { repositories: names, grace }) => {
    const { dryRun } = context.flags;
    const repositories: Collected[] = [];
    for (const name of names.length === 0 ? [undefined] : names) {
      const done = await forEachRepository(context, name, async ({ repository }) => ({
        repository: repository.name,
        ...(await collectRepository(repository, { graceMs: grace, dryRun }, useCase(context))),
      }));
      repositories.push(...done);
    }
    return { repositories, dryRun };
  },
  exitCode: ({ repositories }) =>
    repositories.some(({ left }) => left > 0) ? ERROR_CODES.STORE_UNAVAILABLE.exit : 0,
  render: ({ repositories, dryRun }, { palette }) =>
    repositories.length === 0
      ? ['Nothing was published yet.']
      : repositories.flatMap((one) => [
          ...(dryRun ? storageLines(one.shares) : []),
          dryRun ? dryLine(one) : palette.good(endLine(one)),
          ...(one.left > 0 ? [palette.warning(leftLine(one))] : []),
        ]),
});

function dryLine({ repository, shares }: Collected): string {
  const { files, sizeBytes } = collectableOf(shares);
  return files === 0
    ? `${repository}: there is nothing to delete.`
    : `${repository}: ${formatNumberOf(files, 'file')} would go, ${formatSize(sizeBytes)}. Nothing was changed.`;
}

function endLine({ repository, deleted, rev }: Collected): string {
  return deleted.files === 0
    ? `${repository}: there was nothing to delete.`
    : `${repository}: deleted ${formatNumberOf(deleted.files, 'file')}, ${formatSize(deleted.sizeBytes)}; revision ${rev}.`;
}

function leftLine({ repository, left }: Collected): string {
  return `${repository}: ${formatNumberOf(left, 'file')} could not be deleted in time; run \`pakhus gc\` again.`;
}
