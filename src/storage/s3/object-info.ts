/** What the answers of a bucket say of an object. */
import { randomUUID } from 'node:crypto';
import type { ObjectInfo, WriteOptions } from '../storage.ts';

/** Metadata of our own: tells a write from all others, so that its writer knows it again. */
const NONCE = 'pakhus-write';
/** What stores say of an object whose type nobody gave. */
const UNTYPED: ReadonlySet<string> = new Set(['binary/octet-stream', 'application/octet-stream', '']);

/** As far as the kinds of answers have it in common. */
export interface ObjectAnswer {
  readonly ContentLength?: number | undefined;
  readonly ContentRange?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

/** Of an answer to HEAD or GET. */
export function infoOf(key: string, answer: ObjectAnswer): ObjectInfo {
  const { [NONCE]: _, ...meta } = answer.Metadata ?? {};
  return {
    key,
    sizeBytes: totalOf(answer.ContentRange) ?? answer.ContentLength ?? 0,
    modifiedMs: secondOf(answer.LastModified),
    etag: bareEtag(answer.ETag),
    ...keptHeaders({
      ...(answer.ContentType !== undefined && { contentType: answer.ContentType }),
      ...(answer.CacheControl !== undefined && { cacheControl: answer.CacheControl }),
      ...(Object.keys(meta).length > 0 && { meta }),
    }),
  };
}

/** What an object keeps of the headers it was written with, as `stat` tells them. */
export function keptHeaders({
  contentType,
  cacheControl,
  meta,
}: Pick<WriteOptions, 'contentType' | 'cacheControl' | 'meta'>): Pick<
  ObjectInfo,
  'contentType' | 'cacheControl' | 'meta'
> {
  return {
    ...(contentType !== undefined && !UNTYPED.has(contentType) && { contentType }),
    ...(cacheControl !== undefined && cacheControl !== '' && { cacheControl }),
    ...(meta !== undefined && { meta: { ...meta } }),
  };
}

/** Who wrote the object; undefined: a write without condition, or somebody else's program. */
export function nonceOf(answer: ObjectAnswer): string | undefined {
  return answer.Metadata?.[NONCE];
}

/** Metadata to write; with a nonce that no other write has, if it is to be known again. */
export function metadataOf(
  meta: WriteOptions['meta'],
  nonce: string | undefined,
): Record<string, string> | undefined {
  if (nonce !== undefined) return { ...meta, [NONCE]: nonce };
  return meta === undefined ? undefined : { ...meta };
}

export function newNonce(): string {
  return randomUUID().replaceAll('-', '');
}

/** Without quotes: stores disagree about them. */
export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/** Some stores know fractions of seconds in one answer and not in another. */
export function secondOf(date: Date | undefined): number {
  const ms = date?.getTime() ?? 0;
  return ms - (ms % 1000);
}

/** `bytes 0-9/1000` */
function totalOf(range: string | undefined): number | undefined {
  const total = /\/(\d+)$/.exec(range ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
