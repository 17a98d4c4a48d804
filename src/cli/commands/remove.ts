/** `pakhus remove`. */
import { parseWanted, removePackages } from '../../repository/remove-packages.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, flag, manyArguments } from '../inputs.ts';
import { openPlace, useCase } from '../open-workspace.ts';
import { formatNumberOf } from '../quantities.ts';

export const remove: Command = defineCommand({
  inputs: {
    place: argument('repository/channel/component; a part that is left out means all'),
    names: manyArguments('packages: NAME or NAME=VERSION'),
    all: flag('every version of a name that has several'),
  },
  description:
    'Takes packages out of the index. Their files stay for clients that still have an older index.',
  examples: [['pakhus remove tools/testing hello=1.0', 'one version out of a channel']],
  changes: true,
  run: async (context, { place, names, all }) => {
    const open = await openPlace(context, place);
    const { dryRun } = context.flags;
    const { channel, component } = open.place;
    const input = { from: { channel, component }, wanted: names.map(parseWanted), all, dryRun };
    const { removed, change } = await removePackages(open.repository, input, useCase(context));
    return { repository: open.repository.name, removed, dryRun, rev: change?.rev };
  },
  render: ({ repository, removed, dryRun, rev }, { palette }) => [
    ...removed.map(
      (one) =>
        `  ${one.name} ${one.version} ${one.architecture} from ${repository}/${one.channel}/${one.component}`,
    ),
    dryRun
      ? `Would remove ${formatNumberOf(removed.length, 'package')}. Nothing was changed.`
      : palette.good(`Removed ${formatNumberOf(removed.length, 'package')}, revision ${rev}.`),
  ],
});
