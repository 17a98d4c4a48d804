/** `pakhus promote`. */
import { fillPlace, parsePlace } from '../../config/place.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { promotePackages } from '../../repository/promote-packages.ts';
import { openTail } from '../../repository/read-repository.ts';
import { parseWanted } from '../../repository/remove-packages.ts';
import { type Command, defineCommand } from '../command.ts';
import { ALLOW_UNINSTALLABLE, argument, flag, manyArguments } from '../inputs.ts';
import { openPlace, useCase } from '../open-workspace.ts';
import { PROPOSE_INPUTS, proposedLines, readProposing } from '../propose-inputs.ts';
import { formatNumberOf } from '../quantities.ts';

export const promote: Command = defineCommand({
  inputs: {
    from: argument('where they are: repository/channel/component'),
    to: argument('where they go, in the same repository'),
    names: manyArguments('packages: NAME (its newest version) or NAME=VERSION'),
    allowUninstallable: flag(ALLOW_UNINSTALLABLE),
    ...PROPOSE_INPUTS,
  },
  description:
    'The other channel or component lists the very same files; nothing is uploaded or built again.',
  examples: [['pakhus promote tools/testing tools/stable hello', 'the newest hello from testing to stable']],
  changes: true,
  run: async (context, { from, to, names, allowUninstallable, ...propose }) => {
    const proposing = readProposing(context, propose);
    const { repository, place } = await openPlace(context, from, proposing);
    const target = parsePlace(to);
    if (target.repository !== repository.name) {
      throw new PakhusError('CLI_USAGE', `${to} is another repository than ${from}`, {
        hint: 'Packages are promoted within one repository; publish them into the other one.',
      });
    }
    const { settings } = (await openTail(repository)).content.catalog;
    const { dryRun } = context.flags;
    const input = {
      from: fillPlace(place, settings),
      to: fillPlace(target, settings),
      wanted: names.map(parseWanted),
      dryRun,
      allowUninstallable,
    };
    const { packages, change } = await promotePackages(repository, input, useCase(context, proposing));
    return { from: input.from, to: input.to, packages, dryRun, rev: change?.rev, proposal: change?.proposal };
  },
  render: ({ to, packages, dryRun, rev, proposal }, { palette }) => {
    const fresh = packages.filter(({ outcome }) => outcome === 'promoted');
    const place = `${to.repository}/${to.channel}/${to.component}`;
    const lines = packages.map(
      (one) =>
        `  ${one.name} ${one.version} ${one.architecture}${one.outcome === 'unchanged' ? ' was there already' : ''}`,
    );
    if (fresh.length === 0) return [...lines, `Nothing new for ${place}.`];
    const count = formatNumberOf(fresh.length, 'package');
    if (dryRun) return [...lines, `Would promote ${count} to ${place}. Nothing was changed.`];
    if (proposal !== undefined)
      return [...lines, ...proposedLines({ proposal, what: `to promote ${count} to ${place}` }, palette)];
    return [...lines, palette.good(`Promoted ${count} to ${place}, revision ${rev}.`)];
  },
});
