/** `pakhus list`. */
import { iteratePackages } from '../../repository/list-packages.ts';
import { openTail } from '../../repository/read-repository.ts';
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
  run: async (context, { place }) => {
    const packages: Row[] = [];
    await forEachPlace(context, place, async ({ repository, place: part }) => {
      const tail = await openTail(repository);
      for await (const found of iteratePackages(repository, tail, {
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
