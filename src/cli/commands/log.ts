/** `pakhus log`. */
import { readLog } from '../../repository/history.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, countOption } from '../inputs.ts';
import { openRepository } from '../open-workspace.ts';
import { formatDate } from '../quantities.ts';
import { renderTable } from '../table.ts';

const DEFAULT_LIMIT = 20;

export const log: Command = defineCommand({
  inputs: {
    repository: argument('the repository'),
    limit: countOption('count', `how many revisions, newest first (default: ${DEFAULT_LIMIT})`),
  },
  run: async (context, { repository: name, limit }) => {
    const { repository } = await openRepository(context, name);
    return {
      repository: repository.name,
      revisions: await readLog(repository, { limit: limit ?? DEFAULT_LIMIT, signal: context.signal }),
    };
  },
  render: ({ revisions }, { palette }) => {
    const titles = ['Revision', 'Date', 'By', 'What'].map((title) => ({ title }));
    const rows = revisions.flatMap((one) => [
      [String(one.rev), formatDate(one.dateMs), one.author, one.message],
      ...one.rejected.map(({ ref, reason }) => ['', '', ref, palette.warning(`refused: ${reason}`)]),
    ]);
    return renderTable(titles, rows);
  },
});
