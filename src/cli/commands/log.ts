/** `pakhus log`. */
import { type LogLine, readLog } from '../../repository/history/history.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, countOption, textOption } from '../inputs.ts';
import { openPlace } from '../open-workspace.ts';
import { parseSince } from '../parse-since.ts';
import { formatDate } from '../quantities.ts';
import { renderTable } from '../table.ts';

const DEFAULT_LIMIT = 20;

export const log: Command = defineCommand({
  inputs: {
    place: argument('repository, or repository/channel/component to see only what changed packages there'),
    limit: countOption(
      'count',
      `how many revisions, newest first (default: ${DEFAULT_LIMIT}, or all with --since)`,
    ),
    since: textOption(
      'date',
      'only from then on: 2026-11-20, 2026-11-20T08:00:00Z, or an age such as 12h, 7d, 2w',
    ),
  },
  run: async (context, { place: text, limit, since }) => {
    const { repository, place } = await openPlace(context, text);
    const sinceMs = since === undefined ? undefined : parseSince(since, context.clock.now());
    const { channel, component } = place;
    const revisions = await readLog(repository, {
      limit: limit ?? (since === undefined ? DEFAULT_LIMIT : undefined),
      sinceMs,
      ...(channel !== undefined && { where: { channel, component } }),
      signal: context.signal,
    });
    return { repository: repository.name, revisions };
  },
  render: ({ revisions }, { palette }) => {
    if (revisions.length === 0) return ['No revisions.'];
    const titles = ['Revision', 'Date', 'By', 'What'].map((title) => ({ title }));
    const rows = revisions.flatMap((one) => [
      [revisionCell(one), formatDate(one.dateMs), one.author, one.message],
      ...one.rejected.map(({ ref, reason }) => ['', '', ref, palette.warning(`refused: ${reason}`)]),
    ]);
    return renderTable(titles, rows);
  },
});

/** `12`, `12 pinned`, `12 2026.11`. */
function revisionCell({ rev, pins }: LogLine): string {
  const names = pins.flatMap((name) => name ?? []);
  return [rev, ...(pins.length > 0 && names.length === 0 ? ['pinned'] : names)].join(' ');
}
