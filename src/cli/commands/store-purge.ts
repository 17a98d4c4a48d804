/** `pakhus store purge`. */
import { purgeSince } from '../../repository/purge/purge.ts';
import { type Command, defineCommand } from '../command.ts';
import { countOption, optionalArgument } from '../inputs.ts';
import { forEachRepository, useCase } from '../open-workspace.ts';
import { formatNumberOf } from '../quantities.ts';

export const storePurge: Command = defineCommand({
  inputs: {
    repository: optionalArgument('one repository; left out: all of the store'),
    since: countOption('rev', 'only what changed in this revision or later (default: all fixed names)'),
  },
  description:
    'Tells the caches that `purge:` in pakhus.yaml names which files at fixed names changed: a CloudFront distribution, or a command of ' +
    'yours. Every publish does so by itself; this is for when that failed. All other files never change, so nothing is asked for them.',
  examples: [
    ['pakhus store purge', 'everything at fixed names'],
    ['pakhus store purge tools --since 41 --dry-run', 'which paths that would be'],
  ],
  changes: true,
  run: async (context, { repository: name, since }) => {
    const { dryRun } = context.flags;
    const repositories = await forEachRepository(context, name, ({ repository }) =>
      purgeSince(repository, { since, dryRun }, useCase(context)),
    );
    return { repositories, dryRun };
  },
  render: ({ repositories, dryRun }, { palette }) =>
    repositories.length === 0
      ? ['Nothing was published yet.']
      : repositories.flatMap(({ repository, paths }) => {
          const count = formatNumberOf(paths.length, 'path');
          return dryRun
            ? [...paths, `${repository}: caches would be told of ${count}. Nothing was done.`]
            : [palette.good(`${repository}: caches were told of ${count}.`)];
        }),
});
