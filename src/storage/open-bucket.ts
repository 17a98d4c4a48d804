/**
 * A bucket as callers get it.
 *
 *     retry ─▶ at most 32 calls at once ─▶ twins of keys with `+`, where they are needed ─▶ the bucket
 */
import { systemClock } from '../core/clock.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import type { OpenStorageOptions } from './open-storage.ts';
import { plusTwins } from './plus-twin.ts';
import { retryStorage, tryAgain } from './retry.ts';
import { parseS3Location } from './s3/location.ts';
import { openS3Storage } from './s3.ts';
import type { Storage } from './storage.ts';

/** Calls under way. Large objects are sent in parts, several at once. */
const CALLS = 32;

/** Errors: CONFIG_INVALID, and those of {@link openS3Storage}. */
export async function openBucket(location: string, options: OpenStorageOptions): Promise<Storage> {
  const { clock = systemClock(), env = process.env, holds = 'all', signal } = options;
  const parsed = parseS3Location(location, env);
  const writers = options.singleWriter === true ? 'one' : options.proposes === true ? 'proposer' : 'many';
  const call = signal === undefined ? {} : { signal };
  const retry = { clock, random: Math.random };
  const bucket = await tryAgain(
    () => openS3Storage({ location: parsed, clock, env, holds, writers, ...call }),
    { ...retry, ...call },
  );
  const named = parsed.plusTwins && holds !== 'state' ? plusTwins(bucket) : bucket;
  return retryStorage(limitConcurrency(named, CALLS), retry);
}
