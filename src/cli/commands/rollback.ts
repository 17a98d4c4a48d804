/** `pakhus rollback`. */
import type { ChannelDowngrade } from '../../repository/history/downgrades.ts';
import { rollbackPlace } from '../../repository/history/rollback.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import { differenceLines } from '../difference-lines.ts';
import { ALLOW_UNINSTALLABLE, argument, flag, textOption } from '../inputs.ts';
import { openPlace, useCase } from '../open-workspace.ts';
import { PROPOSE_INPUTS, proposedLines, readProposing } from '../propose-inputs.ts';
import { formatCount } from '../quantities.ts';

/** Packages that are listed. */
const MOST_LINES = 100;
/** Names in a line. */
const MOST_NAMES = 20;

export const rollback: Command = defineCommand({
  inputs: {
    place: argument('repository/channel/component; a part that is left out means all'),
    to: textOption(
      'revision',
      'a revision, or the name of a pin (default: the newest one in which the place held something else)',
    ),
    allowUninstallable: flag(ALLOW_UNINSTALLABLE),
    ...PROPOSE_INPUTS,
  },
  description:
    'Makes the place hold what it held in an earlier revision: a new revision with a new date. Everything else stays, settings and ' +
    'signers too. Machines keep what they have installed; what they are to do is printed.',
  examples: [
    [
      'pakhus rollback tools/stable --dry-run',
      'shows what would disappear from stable, and what would come back',
    ],
    [
      'pakhus rollback tools/stable --to 2026.11',
      'makes stable what it was in the revision pinned as 2026.11',
    ],
  ],
  changes: true,
  run: async (context, { place: text, to, allowUninstallable, ...propose }) => {
    const proposing = readProposing(context, propose);
    const { repository, place } = await openPlace(context, text, proposing);
    const { dryRun } = context.flags;
    const where = { channel: place.channel, component: place.component };
    const input = { place: where, to, dryRun, allowUninstallable };
    const done = await rollbackPlace(repository, input, useCase(context, proposing));
    const { packages, downgrades, change } = done;
    const { rev, proposal } = change ?? {};
    return { place: text, to: done.to, packages, downgrades, dryRun, rev, proposal };
  },
  render: ({ place, to, packages, downgrades, dryRun, rev, proposal }, view) => {
    if (packages.length === 0) return [`${place} holds what it held in revision ${to} already.`];
    if (proposal !== undefined) {
      const what = `to roll ${place} back to revision ${to}`;
      return [
        ...differenceLines(packages, { palette: view.palette, most: MOST_LINES }),
        ...proposedLines({ proposal, what }, view.palette),
      ];
    }
    return [
      ...differenceLines(packages, { palette: view.palette, most: MOST_LINES }),
      dryRun
        ? `Would roll ${place} back to revision ${to}. Nothing was changed.`
        : view.palette.good(`Rolled ${place} back to revision ${to}: revision ${rev}.`),
      ...downgrades.flatMap((one) => downgradeLines(one, view)),
    ];
  },
});

function downgradeLines({ channel, commands, lasting, left }: ChannelDowngrade, { palette }: View): string[] {
  const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${palette.code(line)}`);
  const scriptLines = (script: string): string[] => indent(script.trimEnd().split('\n'));
  return [
    ...(commands.length === 0
      ? []
      : ['', palette.strong(`To follow ${channel} back on one machine, as root`), ...indent(commands)]),
    ...(lasting === undefined
      ? []
      : [
          '',
          palette.strong('On many machines, until something newer is published, as root'),
          ...scriptLines(lasting.script),
          palette.strong('To take that back'),
          ...scriptLines(lasting.undo),
        ]),
    ...(left.length === 0
      ? []
      : ['', `No version is left in ${channel}, and machines keep the one that they have: ${someOf(left)}`]),
  ];
}

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 0
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${formatCount(more)} more, which --json has`
    : names.join(', ');
}
