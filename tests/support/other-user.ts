import { pakhusBinary } from './pakhus.ts';
import { plainEnvironment, runCommand } from './run-command.ts';
import type { Lack } from './skip.ts';

/** The user that owns nothing; a test that runs as root has to become somebody whom permissions stop. */
export const NOBODY = 65_534;

const isRoot = process.getuid?.() === 0;

/** A command line as that user; where the tests do not run as root, as the user that they run as. */
export function asNobody(argv: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...argv] : argv;
}

/** Whether that user can run pakhus here. */
export async function lackOfNobody(): Promise<Lack> {
  const options = { env: { ...plainEnvironment(), HOME: '/' } };
  const ran = await runCommand(asNobody([pakhusBinary(), '--version']), options).catch(() => undefined);
  return ran?.code === 0
    ? undefined
    : 'another user cannot run pakhus here (setpriv, or a working copy that only root may read)';
}
