/** A bucket that is being made, step by step. */
import type { Clock } from '../../core/clock.ts';
import type { BucketAdmin } from '../../storage/s3/bucket-admin.ts';
import type { CallOptions } from '../../storage/storage.ts';
import type { BucketFolder } from './places.ts';

/** What was seen to, in one bucket. */
export interface CreateStep {
  readonly bucket: string;
  readonly what: 'bucket' | 'public-access' | 'policy' | 'private' | 'website';
  /** `would`: a dry run. `unsupported`: this provider has no such thing. */
  readonly outcome: 'done' | 'there' | 'would' | 'unsupported';
}

export interface Work {
  readonly clock: Clock;
  readonly folder: BucketFolder;
  readonly admin: BucketAdmin;
  readonly dryRun: boolean;
  readonly call: CallOptions;
  /** True: the bucket is not there yet, and a dry run does not make it. */
  isMissing: boolean;
  list(prefix: string): AsyncIterable<{ readonly key: string }>;
  note(what: CreateStep['what'], outcome: CreateStep['outcome']): void;
}
