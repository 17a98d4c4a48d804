import { findBucket, type StoredObject } from './buckets.ts';
import type { Call } from './call.ts';
import { checkBody } from './objects.ts';
import { notImplemented, S3Error } from './s3-error.ts';
import type { S3Answer } from './s3-request.ts';
import { elementsIn, renderXml, textIn } from './xml.ts';

/** ListObjectsV2 and DeleteObjects. */

const PAGE = 1000;

export function listObjects({ request, buckets }: Call): S3Answer {
  const { query } = request;
  if (query.has('delimiter')) throw notImplemented('delimiter');
  const prefix = query.get('prefix') ?? '';
  const startAfter = query.get('start-after');
  const token = query.get('continuation-token');
  const after = token === undefined ? (startAfter ?? '') : Buffer.from(token, 'base64url').toString();
  const limit = Math.min(Number(query.get('max-keys') ?? PAGE), PAGE);
  const found = findBucket(buckets, request.bucket).list(prefix, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const encode = encodingOf(query.get('encoding-type'));
  const isTruncated = found.length > limit;
  const result = {
    Name: request.bucket,
    Prefix: encode(prefix),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    MaxKeys: limit,
    KeyCount: page.length,
    EncodingType: query.get('encoding-type'),
    IsTruncated: isTruncated,
    ContinuationToken: token,
    NextContinuationToken: isTruncated
      ? Buffer.from(page.at(-1)?.key ?? after).toString('base64url')
      : undefined,
    Contents: page.map((object) => contents(object, encode)),
  };
  return { status: 200, body: renderXml('ListBucketResult', result) };
}

export function deleteObjects(call: Call): S3Answer {
  const { request, buckets } = call;
  const bucket = findBucket(buckets, request.bucket);
  const digests = ['content-md5', 'x-amz-checksum-crc32', 'x-amz-checksum-sha256'];
  if (!digests.some((name) => request.headers[name] !== undefined)) {
    throw new S3Error(400, 'InvalidRequest', {
      message: 'Missing required header for this request: Content-MD5',
    });
  }
  checkBody(request);
  const xml = request.body.toString();
  const keys = elementsIn(xml, 'Object').map((object) => textIn(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > PAGE) throw new S3Error(400, 'MalformedXML');
  for (const key of keys) bucket.delete(key);
  const isQuiet = textIn(xml, 'Quiet') === 'true';
  const result = { Deleted: isQuiet ? [] : keys.map((key) => ({ Key: key })) };
  return { status: 200, body: renderXml('DeleteResult', result) };
}

type Encode = (key: string) => string;

/** With `url` as AWS does it: a space becomes `+`. */
function encodingOf(type: string | undefined): Encode {
  if (type === undefined) return (key) => key;
  return (key) => new URLSearchParams({ '': key }).toString().slice(1).replaceAll('%2F', '/');
}

function contents({ key, body, etag, modifiedMs }: StoredObject, encode: Encode) {
  return {
    Key: encode(key),
    LastModified: new Date(modifiedMs).toISOString(),
    ETag: `"${etag}"`,
    Size: body.length,
    StorageClass: 'STANDARD',
  };
}
