/**
 * Caches in front of a repository: told which files at fixed names changed, so that clients see a new revision before the caches' time is
 * over. All other files never change.
 *
 * ```
 *   publish ─▶ pointers are written ─▶ purge ─▶ read back through `url:`
 *                                       └ cloudfront: one signed request        └ command: paths on standard input
 * ```
 * The revision is published by then: what goes wrong here is a warning, and `pakhus store purge` does it again.
 */
import { callOf } from '../../catalog/call-of.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { PointerEntry } from '../../ledger/manifest.ts';
import { CLOUDFRONT_PATHS, invalidateCloudFront } from '../../upstream/cloudfront.ts';
import { openTail } from '../read-repository.ts';
import type { Repository, UseCaseOptions } from '../repository.ts';
import { addressesOf } from './purge-addresses.ts';
import { runPurgeCommand } from './purge-command.ts';

/** What was asked for, once it is done. */
export interface PurgeResult {
  readonly repository: string;
  readonly rev: number;
  /** As caches know them: beginning with `/`, encoded. */
  readonly paths: readonly string[];
}

/** After a change: tells caches of the pointers that were written. Never fails; what goes wrong is a warning. */
export async function purgeWritten(
  repository: Repository,
  { rev, written }: { readonly rev: number; readonly written: readonly string[] },
  options: UseCaseOptions,
): Promise<void> {
  if (repository.purge === undefined || written.length === 0) return;
  try {
    await purge(repository, { rev, written }, options);
  } catch (error) {
    if (!(error instanceof PakhusError || options.signal?.aborted === true)) throw error;
    const why = error instanceof PakhusError ? error.message : 'interrupted';
    const first = error instanceof PakhusError && error.hint !== undefined ? `${error.hint}\n` : '';
    options.report({
      type: 'warning',
      code: 'purge-failed',
      message: `Published, but caches were not told of it: ${why}`,
      hint: `${first}Then tell them again: pakhus store purge ${repository.name}`,
    });
  }
}

/**
 * Tells caches of all pointers, or of those that changed in revision `since` or later.
 * @throws PURGE_FAILED, CONFIG_INVALID when no cache is configured, REVISION_NOT_FOUND, REPOSITORY_NOT_FOUND, LEDGER_*
 */
export async function purgeSince(
  repository: Repository,
  { since, dryRun }: { readonly since: number | undefined; readonly dryRun: boolean },
  options: UseCaseOptions,
): Promise<PurgeResult> {
  if (repository.purge === undefined) {
    throw new PakhusError('CONFIG_INVALID', 'there is no cache to purge: pakhus.yaml has no `purge:`', {
      hint: 'Add `purge: { cloudfront: DISTRIBUTION }` or `purge: { command: [./purge.sh] }`.',
    });
  }
  const { revision } = await openTail(repository, callOf(options));
  const { rev } = revision.signed.record;
  if (since !== undefined && since > rev) {
    throw new PakhusError('REVISION_NOT_FOUND', `${repository.name}: there is no revision ${since} yet`, {
      hint: `The newest one is ${rev}.`,
    });
  }
  const changed = (pointer: PointerEntry): boolean => since === undefined || pointer.since >= since;
  const written = revision.manifest.pointers.filter(changed).map(({ path }) => path);
  const { paths } = addressesOf(repository, written);
  if (!dryRun && paths.length > 0) await purge(repository, { rev, written }, options);
  return { repository: repository.name, rev, paths };
}

async function purge(
  repository: Repository,
  { rev, written }: { readonly rev: number; readonly written: readonly string[] },
  { report, signal }: UseCaseOptions,
): Promise<void> {
  const { purge: caches } = repository;
  if (caches === undefined) return;
  report({ type: 'progress', task: 'Telling caches what changed' });
  const timeout = AbortSignal.timeout(caches.timeoutMs);
  const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const addresses = addressesOf(repository, written);
  if (caches.cloudfront !== undefined) {
    const { cloudfront: distribution, env } = caches;
    const nowMs = repository.ledger.clock.now();
    for (const [index, paths] of inBatches(addresses.paths).entries()) {
      const reference = `pakhus-${repository.name}-${rev}-${index}-${repository.newId()}`;
      await invalidateCloudFront({ distribution, paths, reference }, { env, nowMs, signal: both }).catch(
        (error: unknown) => {
          if (!timeout.aborted || signal?.aborted === true) throw error;
          throw tooSlow(caches.timeoutMs);
        },
      );
    }
  }
  if (caches.command !== undefined)
    await runPurgeCommand(caches.command, { repository, rev, addresses, caches, signal });
}

function tooSlow(timeoutMs: number): PakhusError {
  return new PakhusError('PURGE_FAILED', `CloudFront did not answer within ${timeoutMs / 1000} s`);
}

function inBatches(paths: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(paths.length / CLOUDFRONT_PATHS);
  return Array.from({ length: count }, (_, index) =>
    paths.slice(index * CLOUDFRONT_PATHS, (index + 1) * CLOUDFRONT_PATHS),
  );
}
