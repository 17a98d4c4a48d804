/** `pakhus unpin`. */
import { unpinRevision } from '../../repository/history/pin-revision.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument } from '../inputs.ts';
import { openRepository, useCase } from '../open-workspace.ts';

export const unpin: Command = defineCommand({
  inputs: {
    repository: argument('the repository'),
    revision: argument('a revision, for all of its pins, or the name of one pin'),
  },
  description: 'Lets a revision go that was pinned: what nothing else needs of it is collected one day.',
  changes: true,
  run: async (context, { repository: text, revision }) => {
    const { repository } = await openRepository(context, text);
    const { dryRun } = context.flags;
    const { removed, change } = await unpinRevision(repository, { revision, dryRun }, useCase(context));
    return { repository: repository.name, removed, dryRun, rev: change?.rev };
  },
  render: ({ repository, removed, dryRun }, { palette }) =>
    removed.map(({ rev, name }) => {
      const what = `revision ${rev} of ${repository}${name === undefined ? '' : `, which was ${name}`}`;
      return dryRun ? `Would unpin ${what}. Nothing was changed.` : palette.good(`Unpinned ${what}.`);
    }),
});
