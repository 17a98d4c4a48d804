/** `pakhus resign`. */
import { fillPlace, type PartialPlace } from '../../config/place.ts';
import { type ResignedChannel, resign as resignChannels } from '../../repository/keys/resign.ts';
import { openTail } from '../../repository/read-repository.ts';
import type { Repository } from '../../repository/repository.ts';
import { type Command, defineCommand, type View } from '../command.ts';
import { countOption, flag, optionalArgument } from '../inputs.ts';
import { forEachPlace, useCase } from '../open-workspace.ts';
import { formatDate } from '../quantities.ts';

export const resign: Command = defineCommand({
  inputs: {
    place: optionalArgument('repository, or repository/channel; left out: all of the store'),
    within: countOption(
      'days',
      'sign what clients refuse within so many days (default: what has less than half of its time left)',
    ),
    force: flag('sign all, whatever their time'),
  },
  description:
    'Signs channels again, with a new date, so that clients go on trusting them though nothing changed (validForDays, Valid-Until). ' +
    'What is not due is left alone, so one line for cron is enough.',
  examples: [
    ['pakhus resign', 'in all repositories what is due'],
    ['17 4 * * *  pakhus resign --config /srv/packages/pakhus.yaml', 'every night, as a line of cron'],
  ],
  changes: true,
  run: async (context, { place: text, within, force }) => {
    const { dryRun } = context.flags;
    const repositories = await forEachPlace(context, text, async ({ repository, place }) => {
      const channel = await channelOf(repository, place);
      const input = { channel, withinDays: within, force, dryRun };
      const { channels, change } = await resignChannels(repository, input, useCase(context));
      return { repository: repository.name, channels, rev: change?.rev };
    });
    return { repositories, dryRun };
  },
  render: ({ repositories, dryRun }, view) => [
    ...repositories.flatMap(({ repository, channels, rev }) => [
      ...channels.map((one) => `  ${repository}/${one.channel}  ${describe(one, { dryRun, view })}`),
      ...(rev === undefined ? [] : [view.palette.good(`Signed ${repository} again, revision ${rev}.`)]),
    ]),
    ...(dryRun ? ['Nothing was changed.'] : []),
  ],
});

/** @throws PLACE_NOT_FOUND */
async function channelOf(repository: Repository, place: PartialPlace): Promise<string | undefined> {
  if (place.channel === undefined) return undefined;
  const { settings } = (await openTail(repository)).content.catalog;
  return fillPlace(place, settings).channel;
}

function describe(
  { dateMs, validUntilMs, outcome }: ResignedChannel,
  { dryRun, view }: { readonly dryRun: boolean; readonly view: View },
): string {
  const signed = `signed ${formatDate(dateMs)}`;
  const until = validUntilMs === undefined ? 'never expires' : `valid until ${formatDate(validUntilMs)}`;
  const now =
    validUntilMs !== undefined && validUntilMs < view.nowMs ? `expired ${formatDate(validUntilMs)}` : until;
  if (outcome !== 'signed') return `${signed}, ${now}${outcome === 'not due' ? ', not due' : ''}`;
  return dryRun ? `${signed}, ${now}: would be signed again` : `${signed}, ${now}: signed again`;
}
