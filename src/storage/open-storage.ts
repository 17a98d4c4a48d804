import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PakhusError } from '../core/pakhus-error.ts';
import { type LocalStorageOptions, openLocalStorage } from './local.ts';
import type { S3StorageOptions } from './s3.ts';
import type { Storage } from './storage.ts';

export interface OpenStorageOptions extends Omit<LocalStorageOptions, 'root'>, BucketOptions {
  /** Folder that a relative path starts from. Default: the working directory. */
  readonly base?: string;
}

/** Of buckets only. */
type BucketOptions = Pick<S3StorageOptions, 'env' | 'holds' | 'signal'> & {
  /** Whoever opens it only leaves proposals there. */
  readonly proposes?: boolean;
};

/** `s3:`, `https:`…; one letter is no scheme. RFC 3986, section 3.1 */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * Opens the store at `location`: a path (`./public`, `/srv/repo`), a `file://` URL, or a bucket (`s3://bucket/prefix?…`, see
 * `S3Location`). A bucket comes with retries and a bound on what is under way at once.
 * Errors: CONFIG_INVALID for anything else, and those of {@link openLocalStorage} and `openS3Storage`.
 */
export async function openStorage(location: string, options: OpenStorageOptions = {}): Promise<Storage> {
  const { base = '.', env, holds, signal, proposes, ...local } = options;
  if (/^s3:/i.test(location)) {
    // Loaded late: most stores are directories.
    const { openBucket } = await import('./open-bucket.ts');
    return openBucket(location, options);
  }
  return openLocalStorage({ ...local, root: resolve(base, findFolder(location)) });
}

function findFolder(location: string): string {
  if (location === '' || location.includes('\0')) throw invalid('no location is given');
  const scheme = SCHEME.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined || isAbsolute(location)) return location;
  if (scheme === 'file') return fileOf(location);
  throw invalid(`"${scheme}:" is no kind of store`);
}

function fileOf(location: string): string {
  try {
    return fileURLToPath(location);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw invalid(`${location} names no folder of this machine: ${cause.message}`, cause);
  }
}

/** The location itself is not repeated where it may hold credentials. */
function invalid(why: string, cause?: unknown): PakhusError {
  return new PakhusError('CONFIG_INVALID', `The store cannot be opened: ${why}`, {
    hint: 'Name a directory or a bucket, as in --store ./public, --store file:///srv/repo or --store s3://bucket/prefix',
    cause,
  });
}
