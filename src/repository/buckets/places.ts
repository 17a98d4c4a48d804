/** Where the objects of a store lie, in terms of its buckets. */
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { parseS3Location, type S3Location } from '../../storage/s3/location.ts';
import { STATE_FOLDER } from '../store-layout.ts';

/** Objects of one bucket whose keys start alike. */
export interface BucketFolder {
  readonly location: S3Location;
  /** Empty, or with a final slash. */
  readonly start: string;
}

export interface BucketPlaces {
  /** The public tree. Undefined: the store is a directory. */
  readonly store: BucketFolder | undefined;
  /** The ledgers. Undefined: they lie in a directory. */
  readonly state: BucketFolder | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

export function isBucket(location: string): boolean {
  return /^s3:/i.test(location);
}

/** @throws CONFIG_INVALID */
export function bucketPlaces(
  { store, state }: Pick<ResolvedConfig, 'store' | 'state'>,
  env: Env,
): BucketPlaces {
  const publicTree = folderAt(store.value, env);
  if (state.value !== undefined) return { store: publicTree, state: folderAt(state.value, env) };
  return {
    store: publicTree,
    state: publicTree && { ...publicTree, start: `${publicTree.start}${STATE_FOLDER}/` },
  };
}

/** For commands that are about buckets. @throws CONFIG_INVALID when none is configured */
export function requireBuckets(places: BucketPlaces, what: string): void {
  if (places.store !== undefined || places.state !== undefined) return;
  throw new PakhusError('CONFIG_INVALID', `the store is a folder, and ${what}`, {
    hint: 'Name a bucket: `store: s3://bucket` in pakhus.yaml, or --store s3://bucket. For folders, rights are those of their files.',
  });
}

/** In both of them. */
export function isSameBucket(a: S3Location, b: S3Location): boolean {
  return a.bucket === b.bucket && a.endpoint === b.endpoint;
}

function folderAt(address: string, env: Env): BucketFolder | undefined {
  if (!isBucket(address)) return undefined;
  const location = parseS3Location(address, env);
  return { location, start: location.prefix === '' ? '' : `${location.prefix}/` };
}
