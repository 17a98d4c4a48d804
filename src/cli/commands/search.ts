/** `pakhus search`. */
import { searchPackages } from '../../repository/list-packages.ts';
import { openTail } from '../../repository/read-repository.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument, textOption } from '../inputs.ts';
import { forEachPlace } from '../open-workspace.ts';
import { formatNumberOf } from '../quantities.ts';
import { renderTable } from '../table.ts';

interface Found {
  readonly repository: string;
  readonly channel: string;
  readonly component: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The first line of its description. */
  readonly summary: string;
}

export const search: Command = defineCommand({
  inputs: {
    text: argument('part of a name or of a one-line description; letter case does not count'),
    in: textOption('place', 'repository/channel/component; a part that is left out means all'),
  },
  run: async (context, { text, in: place }) => {
    const packages: Found[] = [];
    await forEachPlace(context, place, async ({ repository, place: part }) => {
      const tail = await openTail(repository);
      const query = { text, channel: part.channel, component: part.component, signal: context.signal };
      for await (const { channel, component, record, summary } of searchPackages(repository, tail, query)) {
        const { name, version, architecture } = record;
        packages.push({
          repository: repository.name,
          channel,
          component,
          name,
          version,
          architecture,
          summary: summary.summary,
        });
      }
    });
    return { packages };
  },
  render: ({ packages }, { palette }) => {
    if (packages.length === 0) return ['Nothing found.'];
    const rows = packages.map((one) => [
      palette.strong(one.name),
      one.version,
      one.architecture,
      `${one.repository}/${one.channel}/${one.component}`,
      one.summary,
    ]);
    const titles = ['Package', 'Version', 'Architecture', 'Place', 'Description'].map((title) => ({ title }));
    return [...renderTable(titles, rows), formatNumberOf(packages.length, 'package')];
  },
});
