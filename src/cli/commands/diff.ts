/** `pakhus diff`. */
import { diffRevisions } from '../../repository/history/diff-revisions.ts';
import { type Command, defineCommand } from '../command.ts';
import { differenceLines } from '../difference-lines.ts';
import { argument, optionalArgument } from '../inputs.ts';
import { openPlace } from '../open-workspace.ts';
import { settingLines } from '../setting-lines.ts';

export const diff: Command = defineCommand({
  inputs: {
    place: argument('repository, or repository/channel/component to see only what is there'),
    from: optionalArgument(
      'the older revision or the name of its pin, 0 for nothing at all (default: the one before)',
    ),
    to: optionalArgument('the newer revision or the name of its pin (default: the newest)'),
  },
  description: 'Settings, signers and pins that differ are shown as well, unless only a place is asked for.',
  examples: [
    ['pakhus diff tools/stable 2026.11', 'what changed in stable since the revision that is pinned so'],
  ],
  run: async (context, { place: text, from, to }) => {
    const { repository, place } = await openPlace(context, text);
    const where = { channel: place.channel, component: place.component };
    const found = await diffRevisions(repository, { from, to, where, signal: context.signal });
    return { repository: repository.name, ...found };
  },
  render: ({ from, to, packages, settings }, { palette }) => [
    ...settingLines(settings),
    ...differenceLines(packages, { palette }),
    ...(packages.length === 0 ? [`No package differs between revision ${from} and ${to}.`] : []),
  ],
});
