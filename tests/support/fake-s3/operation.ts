import { notImplemented } from './s3-error.ts';
import type { S3Head } from './s3-request.ts';

/** What a request asks for, by its name in S3's reference. */
export type S3Operation =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CopyObject'
  | 'CreateBucket'
  | 'CreateMultipartUpload'
  | 'DeleteBucket'
  | 'DeleteBucketPolicy'
  | 'DeleteBucketWebsite'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'DeletePublicAccessBlock'
  | 'GetBucketLocation'
  | 'GetBucketPolicy'
  | 'GetBucketWebsite'
  | 'GetObject'
  | 'GetPublicAccessBlock'
  | 'HeadBucket'
  | 'HeadObject'
  | 'ListMultipartUploads'
  | 'ListObjectsV2'
  | 'ListParts'
  | 'PutBucketPolicy'
  | 'PutBucketWebsite'
  | 'PutObject'
  | 'PutPublicAccessBlock'
  | 'UploadPart'
  | 'UploadPartCopy';

/** Query parameter that names a part of a bucket, and what each method does with it. */
const OF_BUCKET: Readonly<Record<string, Readonly<Record<string, S3Operation>>>> = {
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  website: { GET: 'GetBucketWebsite', PUT: 'PutBucketWebsite', DELETE: 'DeleteBucketWebsite' },
  publicAccessBlock: {
    GET: 'GetPublicAccessBlock',
    PUT: 'PutPublicAccessBlock',
    DELETE: 'DeletePublicAccessBlock',
  },
  location: { GET: 'GetBucketLocation' },
  uploads: { GET: 'ListMultipartUploads' },
  delete: { POST: 'DeleteObjects' },
  'list-type': { GET: 'ListObjectsV2' },
  '': { PUT: 'CreateBucket', HEAD: 'HeadBucket', DELETE: 'DeleteBucket' },
};

const OF_UPLOAD: Readonly<Record<string, S3Operation>> = {
  PUT: 'UploadPart',
  POST: 'CompleteMultipartUpload',
  DELETE: 'AbortMultipartUpload',
  GET: 'ListParts',
};

const OF_OBJECT: Readonly<Record<string, S3Operation>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
};

/** Parameters of a query that go with any request, or with a list. */
const PLAIN = /^(x-id|X-Amz-.*|response-.*|prefix|start-after|continuation-token|max-keys|encoding-type)$/;

/** Undefined: nothing that this server does. */
export function operationOf(head: S3Head): S3Operation | undefined {
  const { method, bucket, key, query, headers } = head;
  if (bucket === '') return undefined;
  const named = [...query.keys()].filter((name) => !PLAIN.test(name));
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  if (key === '') return named.length > 1 ? undefined : OF_BUCKET[named[0] ?? '']?.[method];
  if (query.has('uploadId')) return isCopy && method === 'PUT' ? 'UploadPartCopy' : OF_UPLOAD[method];
  if (query.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : undefined;
  if (named.length > 0) return undefined;
  return isCopy && method === 'PUT' ? 'CopyObject' : OF_OBJECT[method];
}

export function requireOperation(head: S3Head): S3Operation {
  const operation = operationOf(head);
  if (operation === undefined) throw notImplemented(`${head.method} ${head.rawPath}?${head.rawQuery}`);
  return operation;
}
