/** `pakhus mirror why`. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { planMirror } from '../../repository/mirror/plan-mirror.ts';
import { whyChosen } from '../../repository/mirror/select-packages.ts';
import { type Command, defineCommand } from '../command.ts';
import { argument } from '../inputs.ts';
import { findMirrors, openMirror } from '../open-mirror.ts';
import { useCase } from '../open-workspace.ts';

export const mirrorWhy: Command = defineCommand({
  inputs: {
    mirror: argument('a mirror of pakhus.yaml'),
    name: argument('a package'),
  },
  description:
    'Why a package is in a mirror: who needs it, and who needs that, back to what pakhus.yaml wants.',
  run: async (context, { mirror: mirrorName, name }) => {
    const [mirror] = findMirrors(await context.config(), [mirrorName]);
    if (mirror === undefined) throw new Error('no mirror was found');
    const { repository, input } = await openMirror(context, mirror, { writes: false });
    const { wanted } = await planMirror(repository, input, useCase(context));
    for (const [architecture, selection] of wanted.selections) {
      const chain = whyChosen(selection, name);
      if (chain.length === 0) continue;
      const steps = chain.map(({ offer, because }) => ({
        name: offer.name,
        version: offer.version,
        wanted: 'wish' in because ? because.wish.pattern : null,
        needed: 'wish' in because ? null : because.clause,
        recommended: !('wish' in because) && because.recommended,
      }));
      return { mirror: mirrorName, architecture, steps };
    }
    throw new PakhusError('PACKAGE_NOT_FOUND', `${mirrorName} has no package ${name}`, {
      hint: `Nothing that it wants needs it. Add it in pakhus.yaml: packages: [${name}]`,
      details: { name },
    });
  },
  render: ({ steps }) =>
    steps.map(({ name, version, wanted, needed, recommended }, at) => {
      const by = steps[at + 1]?.name;
      const why =
        wanted === null
          ? `${by} ${recommended ? 'recommends' : 'needs'} ${needed}`
          : `pakhus.yaml wants ${wanted}`;
      return `${'  '.repeat(at)}${name} ${version}: ${why}`;
    }),
});
