/** One write to a bucket: what all kinds of it have in common. */
import type { Body, WriteOptions } from '../storage.ts';
import type { Conditions, conditionHeaders } from './conditions.ts';
import type { Acl } from './location.ts';
import { metadataOf } from './object-info.ts';

/** Bytes held in memory for one request. */
export const PIECE_BYTES: number = 8 * 1024 * 1024;

/** One write, ready to be made. */
export interface Upload {
  readonly key: string;
  readonly body: Body;
  readonly options: WriteOptions;
  /** Marks the object: see `metadataOf`. */
  readonly nonce?: string | undefined;
  readonly acl: Acl | undefined;
  readonly conditions: Conditions;
}

/** The headers of an object, in the words of the SDK. */
export interface ObjectHeaders {
  readonly ContentType: string;
  readonly CacheControl?: string;
  readonly Metadata?: Record<string, string>;
  readonly ACL?: Acl;
}

/** Of the request that brings one. */
export interface PutHeaders extends ObjectHeaders, ReturnType<typeof conditionHeaders> {
  readonly ContentMD5: string;
}

export interface PutAnswer {
  readonly ETag: string | undefined;
  /** Of the answer, by the store's clock: milliseconds since 1970. */
  readonly dateMs: number;
}

export function objectHeaders({
  options,
  nonce,
  acl,
}: Omit<Upload, 'body' | 'key' | 'conditions'>): ObjectHeaders {
  const metadata = metadataOf(options.meta, nonce);
  return {
    ContentType: options.contentType ?? 'application/octet-stream',
    ...(options.cacheControl !== undefined && { CacheControl: options.cacheControl }),
    ...(metadata !== undefined && { Metadata: metadata }),
    ...(acl !== undefined && { ACL: acl }),
  };
}

export function signalOf({ signal }: WriteOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
