/** `pakhus diff`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { diffRevisions } from '../../repository/diff-revisions.ts';
import { type Command, defineCommand } from '../command.ts';
import { differenceLines } from '../difference-lines.ts';
import { argument, optionalArgument } from '../inputs.ts';
import { openRepository } from '../open-workspace.ts';

export const diff: Command = defineCommand({
  inputs: {
    repository: argument('the repository'),
    from: optionalArgument('the older revision, 0 for nothing at all (default: the one before)'),
    to: optionalArgument('the newer revision (default: the newest)'),
  },
  run: async (context, { repository: name, from, to }) => {
    const { repository } = await openRepository(context, name);
    return {
      repository: repository.name,
      ...(await diffRevisions(repository, { from: revision(from, 0), to: revision(to, 1) })),
    };
  },
  render: ({ from, to, packages }, { palette }) => {
    if (packages.length === 0) return [`No package differs between revision ${from} and ${to}.`];
    return differenceLines(packages, palette);
  },
});

function revision(text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const rev = Number(text);
  if (/^\d{1,10}$/.test(text) && rev >= least) return rev;
  throw new PakhusError('CLI_USAGE', `a revision is a whole number from ${least} on, found '${text}'`);
}
