/** `pakhus mirror sync`. */

import type { MirrorConfig } from '../../config/mirrors.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { refreshFront } from '../../repository/front/refresh-front.ts';
import { syncMirror } from '../../repository/mirror/sync-mirror.ts';
import { orStepBack } from '../../repository/step-back.ts';
import { type Command, defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { flag, optionalArgument } from '../inputs.ts';
import { type Synced, syncLines, toSynced } from '../mirror-lines.ts';
import { findMirrors, openMirror } from '../open-mirror.ts';
import { useCase } from '../open-workspace.ts';

const FAILED = 1;
const PARTLY_DONE = 3;

export const mirrorSync: Command = defineCommand({
  inputs: {
    name: optionalArgument('a mirror of pakhus.yaml (default: the only one)'),
    all: flag('all mirrors'),
  },
  description:
    'Brings a mirror to what its upstream has now: packages come and go in one revision. Indexes are believed by their signature, ' +
    'files by their digest. Where nothing changed, nothing is made, and each suite costs one request. Run again after an ' +
    'interruption, it goes on. Exit code 3: optional packages could not be fetched.',
  examples: [
    ['pakhus mirror sync debian --dry-run', 'what would come and go, and how large it is'],
    ['pakhus mirror sync --all', 'for a timer'],
  ],
  changes: true,
  run: async (context, { name, all }) => {
    const mirrors: Synced[] = [];
    const failed: { readonly mirror: string; readonly code: string; readonly message: string }[] = [];
    for (const mirror of chosen(findMirrors(await context.config(), name === undefined ? [] : [name]), {
      name,
      all,
    })) {
      try {
        mirrors.push(await syncOne(context, mirror));
      } catch (error) {
        // One upstream that is away does not keep the others waiting.
        if (!all || !(error instanceof PakhusError) || context.signal.aborted) throw error;
        const { code, message, hint } = error;
        context.reporter.report({ type: 'warning', code, message, ...(hint !== undefined && { hint }) });
        failed.push({ mirror: mirror.name, code, message });
      }
    }
    return { mirrors, failed };
  },
  exitCode: ({ mirrors, failed }) => {
    if (failed.length > 0) return FAILED;
    return mirrors.some(({ fetched }) => (fetched?.failed ?? 0) > 0) ? PARTLY_DONE : 0;
  },
  render: ({ mirrors, failed }, { palette }) => [
    ...mirrors.flatMap((one) => syncLines(one, palette)),
    ...failed.map(({ mirror }) => palette.bad(`${mirror}: not synced, see above.`)),
  ],
});

/** Where there is only one, nobody has to say which. @throws CLI_USAGE */
function chosen(
  mirrors: readonly MirrorConfig[],
  { name, all }: { readonly name: string | undefined; readonly all: boolean },
): readonly MirrorConfig[] {
  if (name !== undefined && all)
    throw new PakhusError('CLI_USAGE', `${name}, or all mirrors?`, { hint: 'Leave out one of them.' });
  if (name === undefined && !all && mirrors.length > 1)
    throw new PakhusError('CLI_USAGE', 'which mirror?', { hint: 'Name one, or say --all.' });
  return mirrors;
}

async function syncOne(context: CliContext, mirror: MirrorConfig): Promise<Synced> {
  const { dryRun } = context.flags;
  const startMs = context.clock.now();
  const { workspace, repository, isNew, input, create } = await openMirror(context, mirror, {
    writes: !dryRun,
  });
  const result = await orStepBack(repository, () =>
    syncMirror(repository, { ...input, create, dryRun }, useCase(context)),
  );
  if (isNew && !dryRun) await refreshFront(workspace, useCase(context));
  const place = [mirror.to.repository, mirror.to.channel].filter((part) => part !== undefined).join('/');
  const elapsedMs = context.clock.now() - startMs;
  return toSynced(result, { mirror: mirror.name, place, elapsedMs, dryRun });
}
