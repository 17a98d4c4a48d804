/** `pakhus show`. */
import { findPackages, showPackage } from '../../repository/list-packages.ts';
import { openTail } from '../../repository/read-repository.ts';
import { notThere, parseWanted } from '../../repository/remove-packages.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument } from '../inputs.ts';
import { openPlace } from '../open-workspace.ts';
import { formatSize } from '../quantities.ts';

export const show: Command = defineCommand({
  inputs: {
    place: argument('repository/channel/component; a part that is left out means all'),
    name: argument('a package: NAME or NAME=VERSION'),
  },
  run: async (context, { place, name }) => {
    const { repository, place: part } = await openPlace(context, place);
    const tail = await openTail(repository);
    const wanted = parseWanted(name);
    const filter = { channel: part.channel, component: part.component };
    const found = await findPackages(repository, tail, { ...filter, ...wanted });
    if (found.length === 0) throw notThere(repository, { wanted, filter });
    const packages = found.map((one) => {
      const { summary, relations, record, channel, component } = showPackage(tail, one);
      const { name: packageName, version, architecture, path, sizeBytes, sha256 } = record;
      return {
        channel,
        component,
        name: packageName,
        version,
        architecture,
        path,
        sizeBytes,
        sha256,
        ...summary,
        relations,
      };
    });
    return { repository: repository.name, packages };
  },
  render: ({ repository, packages }, { palette }) =>
    packages.flatMap((one, index) => [
      ...(index === 0 ? [] : ['']),
      `${palette.strong(`${one.name} ${one.version}`)} ${one.architecture} in ${repository}/${one.channel}/${one.component}`,
      ...one.fields.flatMap(({ name, value }) => `${name}: ${value}`.split('\n').map((line) => `  ${line}`)),
      palette.faint(`  ${one.path} (${formatSize(one.sizeBytes)})`),
      palette.faint(`  SHA-256 ${one.sha256}`),
    ]),
});
