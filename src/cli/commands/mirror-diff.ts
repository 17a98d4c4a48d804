/** `pakhus mirror diff`. */
import { planMirror } from '../../repository/mirror/plan-mirror.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument } from '../inputs.ts';
import { toMirrored, toMissing } from '../mirror-lines.ts';
import { findMirrors, openMirror } from '../open-mirror.ts';
import { useCase } from '../open-workspace.ts';

export const mirrorDiff: Command = defineCommand({
  inputs: { name: argument('a mirror of pakhus.yaml') },
  description: 'What the next sync would add and remove, package by package.',
  run: async (context, { name }) => {
    const [mirror] = findMirrors(await context.config(), [name]);
    if (mirror === undefined) throw new Error('no mirror was found');
    const { repository, input } = await openMirror(context, mirror, { writes: false });
    const { wanted, difference } = await planMirror(repository, input, useCase(context));
    return {
      mirror: name,
      added: difference.fresh.map(({ place, listed }) => toMirrored(place.component, listed.record)),
      removed: difference.gone.map(({ component, record }) => toMirrored(component, record)),
      missing: toMissing(wanted.missing),
    };
  },
  render: ({ mirror, added, removed, missing }) => [
    ...added.map((one) => `+ ${one.name} ${one.version} ${one.architecture} ${one.component}`),
    ...removed.map((one) => `- ${one.name} ${one.version} ${one.architecture} ${one.component}`),
    ...missing.map(({ wanted, problem }) => `? ${wanted}: ${problem}`),
    ...(added.length + removed.length + missing.length === 0 ? [`${mirror} is as upstream has it.`] : []),
  ],
});
