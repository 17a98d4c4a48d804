/** `pakhus pin`. */
import { pinRevision } from '../../repository/history/pin-revision.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, optionalArgument, textOption } from '../inputs.ts';
import { openRepository, useCase } from '../open-workspace.ts';

export const pin: Command = defineCommand({
  inputs: {
    repository: argument('the repository'),
    revision: optionalArgument('the revision (default: the newest)'),
    name: textOption('name', 'a name for it, such as 2026.11, that can be used in place of its number'),
  },
  description:
    'A pinned revision is never collected: it can be rolled back to, and compared with, for as long as it is pinned.',
  examples: [['pakhus pin tools --name 2026.11', 'keeps the newest revision under a name']],
  changes: true,
  run: async (context, { repository: text, revision, name }) => {
    const { repository } = await openRepository(context, text);
    const { dryRun } = context.flags;
    const { pin: done, change } = await pinRevision(repository, { revision, name, dryRun }, useCase(context));
    return { repository: repository.name, pin: done, dryRun, rev: change?.rev };
  },
  render: ({ repository, pin: { rev: pinned, name }, dryRun, rev }, { palette }) => {
    const what = `revision ${pinned} of ${repository}${name === undefined ? '' : ` as ${name}`}`;
    if (dryRun) return [`Would pin ${what}. Nothing was changed.`];
    if (rev === undefined) return [`Pinned already: ${what}.`];
    return [palette.good(`Pinned ${what}.`)];
  },
});
