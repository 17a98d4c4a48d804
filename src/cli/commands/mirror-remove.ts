/** `pakhus mirror remove`. */
import { withoutMirror } from '../../config/edit-config-file.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument } from '../inputs.ts';
import { findMirrors } from '../open-mirror.ts';
import { currentText, replaceFile } from './mirror-add.ts';

export const mirrorRemove: Command = defineCommand({
  inputs: { name: argument('of pakhus.yaml') },
  description: 'Takes a mirror out of pakhus.yaml. The packages that it brought stay where they are.',
  changes: true,
  run: async (context, { name }) => {
    const config = await context.config();
    const [mirror] = findMirrors(config, [name]);
    const { file, text } = await currentText(context.cwd, config);
    if (!context.flags.dryRun) await replaceFile(file, withoutMirror(text, name));
    const { repository, channel } = mirror?.to ?? { repository: name, channel: undefined };
    const place = channel === undefined ? repository : `${repository}/${channel}`;
    return { name, file, place, dryRun: context.flags.dryRun };
  },
  render: ({ name, file, place, dryRun }, { palette }) => [
    dryRun
      ? `Would take ${name} out of ${file}. Nothing was changed.`
      : palette.good(`${name} is no mirror any more: ${file}.`),
    `Its packages stay in ${place}; ${palette.code(`pakhus remove ${place} NAME…`)} takes some out.`,
  ],
});
