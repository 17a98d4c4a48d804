import type { Bucket } from './buckets.ts';
import type { S3Request } from './s3-request.ts';
import type { Semantics } from './semantics.ts';

/** One request, signed or not, on its way to what it asks for. */
export interface Call {
  readonly request: S3Request;
  readonly buckets: Map<string, Bucket>;
  /** The bucket's {@link Bucket.changes} when the request arrived: what changed since overlapped with it. */
  readonly arrivedAt: number;
  /** The server's clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly semantics: Semantics;
  readonly region: string;
  /** New buckets take no public policy until that is allowed, as on AWS. */
  readonly blocksPublicAccess: boolean;
  /** A name that was never given before. */
  readonly newId: () => string;
}

/** In whole seconds, as S3 keeps it. */
export function modifiedNow({ nowMs }: Call): number {
  return Math.floor(nowMs / 1000) * 1000;
}
