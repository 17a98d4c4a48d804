import { findBucket, md5Hex, type Upload } from './buckets.ts';
import { type Call, modifiedNow } from './call.ts';
import { checkConditions } from './conditions.ts';
import { checkBody, findCopySource, isPublic, keptHeaders } from './objects.ts';
import { S3Error } from './s3-error.ts';
import type { S3Answer } from './s3-request.ts';
import { elementsIn, renderXml, textIn } from './xml.ts';

/** Uploads in parts. */

const MIN_PART_BYTES = 5 * 1024 * 1024;

export function createUpload(call: Call): S3Answer {
  const { request, buckets, newId, nowMs } = call;
  const upload: Upload = {
    id: newId(),
    key: request.key,
    startedMs: nowMs,
    headers: keptHeaders(request),
    isPublic: isPublic(request),
    parts: new Map(),
  };
  findBucket(buckets, request.bucket).uploads.set(upload.id, upload);
  const result = { Bucket: request.bucket, Key: request.key, UploadId: upload.id };
  return { status: 200, body: renderXml('InitiateMultipartUploadResult', result) };
}

export function uploadPart(call: Call): S3Answer {
  checkBody(call.request);
  const etag = keepPart(call, call.request.body);
  return { status: 200, headers: { etag: `"${etag}"` } };
}

export function uploadPartCopy(call: Call): S3Answer {
  const { body } = findCopySource(call);
  const range = call.request.headers['x-amz-copy-source-range'];
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (range !== undefined && (last === undefined || Number(last) >= body.length)) {
    throw new S3Error(400, 'InvalidArgument', { message: `Range specified is not valid: ${range}` });
  }
  const bytes = range === undefined ? body : body.subarray(Number(first), Number(last) + 1);
  const etag = keepPart(call, bytes);
  const result = { ETag: `"${etag}"`, LastModified: new Date(modifiedNow(call)).toISOString() };
  return { status: 200, body: renderXml('CopyPartResult', result) };
}

export function completeUpload(call: Call): S3Answer {
  const { request, buckets } = call;
  const upload = findUpload(call);
  const chosen = elementsIn(request.body.toString(), 'Part').map((part) => ({
    number: Number(textIn(part, 'PartNumber')),
    etag: (textIn(part, 'ETag') ?? '').replaceAll('"', ''),
  }));
  if (chosen.length === 0) throw new S3Error(400, 'MalformedXML');
  const bodies = chosen.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (index > 0 && number <= (chosen[index - 1]?.number ?? 0)) throw new S3Error(400, 'InvalidPartOrder');
    if (part === undefined || part.etag !== etag) throw new S3Error(400, 'InvalidPart');
    if (index < chosen.length - 1 && part.body.length < MIN_PART_BYTES)
      throw new S3Error(400, 'EntityTooSmall');
    return part.body;
  });
  checkConditions(call, 'complete');
  const digests = chosen.map(({ etag }) => Buffer.from(etag, 'hex'));
  const etag = `${md5Hex(...digests)}-${chosen.length}`;
  const bucket = findBucket(buckets, request.bucket);
  bucket.put({
    key: request.key,
    body: Buffer.concat(bodies),
    etag,
    modifiedMs: modifiedNow(call),
    headers: upload.headers,
    isPublic: upload.isPublic,
  });
  bucket.uploads.delete(upload.id);
  const result = { Bucket: request.bucket, Key: request.key, ETag: `"${etag}"` };
  return { status: 200, body: renderXml('CompleteMultipartUploadResult', result) };
}

export function abortUpload(call: Call): S3Answer {
  findBucket(call.buckets, call.request.bucket).uploads.delete(findUpload(call).id);
  return { status: 204 };
}

export function listParts(call: Call): S3Answer {
  const upload = findUpload(call);
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  const result = {
    Bucket: call.request.bucket,
    Key: upload.key,
    UploadId: upload.id,
    IsTruncated: false,
    Part: parts.map(([number, { body, etag, modifiedMs }]) => ({
      PartNumber: number,
      LastModified: new Date(modifiedMs).toISOString(),
      ETag: `"${etag}"`,
      Size: body.length,
    })),
  };
  return { status: 200, body: renderXml('ListPartsResult', result) };
}

export function listUploads({ request, buckets }: Call): S3Answer {
  const prefix = request.query.get('prefix') ?? '';
  const uploads = [...findBucket(buckets, request.bucket).uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const result = {
    Bucket: request.bucket,
    Prefix: prefix,
    IsTruncated: false,
    Upload: uploads.map(({ key, id, startedMs }) => ({
      Key: key,
      UploadId: id,
      Initiated: new Date(startedMs).toISOString(),
    })),
  };
  return { status: 200, body: renderXml('ListMultipartUploadsResult', result) };
}

function keepPart(call: Call, body: Buffer): string {
  const number = Number(call.request.query.get('partNumber'));
  if (!(number >= 1 && number <= 10_000)) throw new S3Error(400, 'InvalidArgument');
  const etag = md5Hex(body);
  findUpload(call).parts.set(number, { body, etag, modifiedMs: modifiedNow(call) });
  return etag;
}

function findUpload({ request, buckets }: Call): Upload {
  const upload = findBucket(buckets, request.bucket).uploads.get(request.query.get('uploadId') ?? '');
  if (upload !== undefined && upload.key === request.key) return upload;
  throw new S3Error(404, 'NoSuchUpload', { message: 'The specified multipart upload does not exist.' });
}
