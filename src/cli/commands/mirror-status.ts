/** `pakhus mirror status`. */
import { planMirror } from '../../repository/mirror/plan-mirror.ts';
import { type Command, defineCommand } from '../command.ts';
import { optionalArgument } from '../inputs.ts';
import { findMirrors, openMirror } from '../open-mirror.ts';
import { useCase } from '../open-workspace.ts';
import { formatAge, formatCount, formatSize } from '../quantities.ts';
import { renderTable } from '../table.ts';

export const mirrorStatus: Command = defineCommand({
  inputs: { name: optionalArgument('a mirror of pakhus.yaml (default: all)') },
  description:
    'Each mirror, how old it is, and what upstream has by now. Asks upstream, and fetches indexes that changed.',
  run: async (context, { name }) => {
    const mirrors = [];
    for (const mirror of findMirrors(await context.config(), name === undefined ? [] : [name])) {
      const { repository, input } = await openMirror(context, mirror, { writes: false });
      const plan = await planMirror(repository, input, useCase(context));
      const { difference, suites, wanted, tail } = plan;
      const record = tail?.revision.signed.record;
      mirrors.push({
        mirror: mirror.name,
        place: `${mirror.to.repository}/${plan.channel}`,
        packages: wanted.packages.length,
        sizeBytes: wanted.packages.reduce((sum, { listed }) => sum + listed.record.sizeBytes, 0),
        rev: record?.rev ?? null,
        signedAtMs: record?.signedAtMs ?? null,
        upstreamAtMs: Math.max(...suites.map(({ dateMs }) => dateMs)),
        toAdd: difference.fresh.length,
        toRemove: difference.gone.length,
        missing: wanted.missing.length,
      });
    }
    return { mirrors };
  },
  render: ({ mirrors }, { nowMs }) =>
    renderTable(
      [
        { title: 'MIRROR' },
        { title: 'PLACE' },
        { title: 'PACKAGES', align: 'right' },
        { title: 'SIZE', align: 'right' },
        { title: 'REVISION', align: 'right' },
        { title: 'AGE', align: 'right' },
        { title: 'UPSTREAM', align: 'right' },
        { title: 'NEXT SYNC' },
      ],
      mirrors.map((one) => [
        one.mirror,
        one.place,
        formatCount(one.packages),
        formatSize(one.sizeBytes),
        one.rev === null ? 'none' : String(one.rev),
        one.signedAtMs === null ? '' : formatAge(nowMs - one.signedAtMs),
        formatAge(nowMs - one.upstreamAtMs),
        one.toAdd + one.toRemove === 0 ? 'nothing to do' : `${one.toAdd} to add, ${one.toRemove} to remove`,
      ]),
    ),
});
