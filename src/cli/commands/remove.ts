/** `pakhus remove`. */
import { parseWanted, removePackages } from '../../repository/remove-packages.ts';
import { type Command, defineCommand } from '../command.ts';
import { ALLOW_UNINSTALLABLE, argument, flag, manyArguments } from '../inputs.ts';
import { openPlace, useCase } from '../open-workspace.ts';
import { PROPOSE_INPUTS, proposedLines, readProposing } from '../propose-inputs.ts';
import { formatNumberOf } from '../quantities.ts';

export const remove: Command = defineCommand({
  inputs: {
    place: argument('repository/channel/component; a part that is left out means all'),
    names: manyArguments('packages: NAME or NAME=VERSION'),
    all: flag('every version of a name that has several'),
    allowUninstallable: flag(ALLOW_UNINSTALLABLE),
    ...PROPOSE_INPUTS,
  },
  description:
    'Takes packages out of the index. Their files stay for clients that still have an older index.',
  examples: [['pakhus remove tools/testing hello=1.0', 'one version out of a channel']],
  changes: true,
  run: async (context, { place, names, all, allowUninstallable, ...propose }) => {
    const proposing = readProposing(context, propose);
    const open = await openPlace(context, place, proposing);
    const { dryRun } = context.flags;
    const { channel, component } = open.place;
    const wanted = names.map(parseWanted);
    const input = { from: { channel, component }, wanted, all, dryRun, allowUninstallable };
    const { removed, change } = await removePackages(open.repository, input, useCase(context, proposing));
    return {
      repository: open.repository.name,
      removed,
      dryRun,
      rev: change?.rev,
      proposal: change?.proposal,
    };
  },
  render: ({ repository, removed, dryRun, rev, proposal }, { palette }) => {
    const count = formatNumberOf(removed.length, 'package');
    const lines = removed.map(
      (one) =>
        `  ${one.name} ${one.version} ${one.architecture} from ${repository}/${one.channel}/${one.component}`,
    );
    if (dryRun) return [...lines, `Would remove ${count}. Nothing was changed.`];
    if (proposal !== undefined)
      return [...lines, ...proposedLines({ proposal, what: `to remove ${count}` }, palette)];
    return [...lines, palette.good(`Removed ${count}, revision ${rev}.`)];
  },
});
