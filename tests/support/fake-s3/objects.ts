import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { findBucket, md5Hex, type ObjectHeaders, type StoredObject } from './buckets.ts';
import { type Call, modifiedNow } from './call.ts';
import { checkConditions, checkCopySource, checkReadConditions } from './conditions.ts';
import { noSuchKey, S3Error } from './s3-error.ts';
import { readCopySource, type S3Answer, type S3Request } from './s3-request.ts';
import { renderXml } from './xml.ts';

/** PutObject, GetObject, HeadObject, DeleteObject and CopyObject. */

export function putObject(call: Call): S3Answer {
  const { request, buckets } = call;
  checkBody(request);
  checkConditions(call, 'put');
  const etag = md5Hex(request.body);
  findBucket(buckets, request.bucket).put({
    key: request.key,
    body: request.body,
    etag,
    modifiedMs: modifiedNow(call),
    headers: keptHeaders(request),
    isPublic: isPublic(request),
  });
  return { status: 200, headers: { etag: `"${etag}"` } };
}

export function getObject(call: Call): S3Answer {
  const object = existing(call);
  if (checkReadConditions(call, object) === 'unchanged') {
    return { status: 304, headers: { etag: `"${object.etag}"` } };
  }
  const range = readRange(call.request.headers['range'], object.body.length);
  const headers = { ...describe(object), 'accept-ranges': 'bytes' };
  if (range === undefined) return { status: 200, headers, body: object.body };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end - 1}/${object.body.length}` },
    body: object.body.subarray(range.start, range.end),
  };
}

export function deleteObject(call: Call): S3Answer {
  checkConditions(call, 'delete');
  findBucket(call.buckets, call.request.bucket).delete(call.request.key);
  return { status: 204 };
}

export function copyObject(call: Call): S3Answer {
  const { request, buckets } = call;
  const source = findCopySource(call);
  checkConditions(call, 'copy');
  const isReplaced = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const from = readCopySource(request);
  if (!isReplaced && from.bucket === request.bucket && from.key === request.key) {
    throw new S3Error(400, 'InvalidRequest', {
      message: 'This copy request is illegal because it is trying to copy an object to itself',
    });
  }
  const etag = md5Hex(source.body);
  findBucket(buckets, request.bucket).put({
    key: request.key,
    body: source.body,
    etag,
    modifiedMs: modifiedNow(call),
    headers: isReplaced ? keptHeaders(request) : source.headers,
    isPublic: isPublic(request),
  });
  const result = { ETag: `"${etag}"`, LastModified: new Date(modifiedNow(call)).toISOString() };
  return { status: 200, body: renderXml('CopyObjectResult', result) };
}

/** The object that `x-amz-copy-source` names, if it may be copied. */
export function findCopySource(call: Call): StoredObject {
  const { bucket, key } = readCopySource(call.request);
  const source = findBucket(call.buckets, bucket).find(key);
  if (source === undefined) throw noSuchKey(key);
  checkCopySource(call, source);
  return source;
}

/** Fails unless the body has the digests that the headers name. */
export function checkBody({ headers, body }: S3Request): void {
  if (headers['content-length'] === undefined) {
    throw new S3Error(411, 'MissingContentLength');
  }
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const digests = {
    'content-md5': Buffer.from(md5Hex(body), 'hex'),
    'x-amz-checksum-crc32': crc,
    'x-amz-checksum-sha256': createHash('sha256').update(body).digest(),
  };
  for (const [name, digest] of Object.entries(digests)) {
    const sent = headers[name];
    if (sent === undefined || sent === digest.toString('base64')) continue;
    throw new S3Error(400, 'BadDigest', {
      message: `The ${name} you specified did not match what we received.`,
    });
  }
}

/** The headers that come back with the object. */
export function keptHeaders({ headers }: S3Request): ObjectHeaders {
  const kept = Object.entries(headers).filter(
    ([name]) => KEPT_HEADERS.has(name) || name.startsWith('x-amz-meta-'),
  );
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept) };
}

const KEPT_HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
]);

export function isPublic({ headers }: S3Request): boolean {
  return (headers['x-amz-acl'] ?? 'private').startsWith('public-read');
}

function existing({ request, buckets }: Call): StoredObject {
  const object = findBucket(buckets, request.bucket).find(request.key);
  if (object === undefined) throw noSuchKey(request.key);
  return object;
}

function describe(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedMs).toUTCString(),
  };
}

/** A single range; what is none is ignored. */
function readRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (start < end) return { start, end };
  throw new S3Error(416, 'InvalidRange', {
    message: 'The requested range is not satisfiable',
    details: { ActualObjectSize: String(size) },
  });
}
