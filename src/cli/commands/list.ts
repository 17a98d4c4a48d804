/** `pakhus list`. */
import { splitRevision } from '../../config/place.ts';
import { openAt } from '../../repository/history/past-revisions.ts';
import { iteratePackages } from '../../repository/list-packages.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { forEachPlace } from '../open-workspace.ts';
import { formatNumberOf, formatSize } from '../quantities.ts';
import { renderTable } from '../table.ts';

interface Row {
  readonly repository: string;
  readonly channel: string;
  readonly component: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly path: string;
}

export const list: Command = defineCommand({
  inputs: { place: optionalArgument('repository/channel/component; a part that is left out means all') },
  examples: [['pakhus list tools@12/stable', 'what the channel held in revision 12']],
  run: async (context, { place: text }) => {
    const packages: Row[] = [];
    const { place, revision } = text === undefined ? {} : splitRevision(text);
    await forEachPlace(context, place, async ({ repository, place: part }) => {
      const { at } = await openAt(repository, revision, { signal: context.signal });
      for await (const found of iteratePackages(repository, at, {
        channel: part.channel,
        component: part.component,
        signal: context.signal,
      })) {
        const { channel, component, record } = found;
        const { name, version, architecture, sizeBytes, sha256, path } = record;
        packages.push({
          repository: repository.name,
          channel,
          component,
          name,
          version,
          architecture,
          sizeBytes,
          sha256,
          path,
        });
      }
    });
    return { packages };
  },
  render: ({ packages }, { palette }) => {
    if (packages.length === 0) return ['No packages.'];
    const rows = packages.map((one) => [
      one.name,
      one.version,
      one.architecture,
      formatSize(one.sizeBytes),
      palette.faint(`${one.repository}/${one.channel}/${one.component}`),
    ]);
    const titles = ['Package', 'Version', 'Architecture'].map((title) => ({ title }));
    return [
      ...renderTable([...titles, { title: 'Size', align: 'right' }, { title: 'Place' }], rows),
      formatNumberOf(packages.length, 'package'),
    ];
  },
});
