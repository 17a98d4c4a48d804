/** A command of the user's that tells a cache what changed. */
import type { PurgeConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { runCommand } from '../../signing/run-command.ts';
import type { Caches, Repository } from '../repository.ts';
import type { PurgeAddresses } from './purge-addresses.ts';

/** Nobody reads it. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Linux takes 128 KiB for one variable. */
const MAX_VARIABLE_CHARS = 100_000;
/** Secrets of pakhus that are none of the command's business. */
const OWN_SECRETS = /^PAKHUS_(SIGNING|LEDGER)_/;

export interface PurgeRun {
  readonly repository: Repository;
  readonly rev: number;
  readonly addresses: PurgeAddresses;
  readonly caches: Caches;
  readonly signal: AbortSignal | undefined;
}

/** Paths go to its standard input, one a line; the rest is in its environment. @throws PURGE_FAILED */
export async function runPurgeCommand(
  command: NonNullable<PurgeConfig['command']>,
  { repository, rev, addresses, caches, signal }: PurgeRun,
): Promise<void> {
  const urls = addresses.urls.join('\n');
  const outcome = await runCommand(command, {
    env: {
      ...Object.fromEntries(Object.entries(caches.env).filter(([name]) => !OWN_SECRETS.test(name))),
      PAKHUS_PURGE_REPOSITORY: repository.name,
      PAKHUS_PURGE_REVISION: String(rev),
      ...(urls.length > 0 && urls.length < MAX_VARIABLE_CHARS && { PAKHUS_PURGE_URLS: urls }),
    },
    input: Buffer.from(addresses.paths.map((path) => `${path}\n`).join('')),
    timeoutMs: caches.timeoutMs,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  });
  if ('output' in outcome) return;
  const { failure, stderr } = outcome;
  throw new PakhusError(
    'PURGE_FAILED',
    stderr === '' ? failure : `${failure}: ${stderr.split('\n').at(-1)}`,
    {
      details: { command: command[0], stderr },
    },
  );
}
