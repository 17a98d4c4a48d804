import { Bucket, findBucket } from './buckets.ts';
import type { Call } from './call.ts';
import { parsePolicy } from './policy.ts';
import { accessDenied, S3Error } from './s3-error.ts';
import type { S3Answer } from './s3-request.ts';
import { renderXml } from './xml.ts';

/** Buckets and the documents that belong to them. */

export function createBucket({ request, buckets, blocksPublicAccess }: Call): S3Answer {
  if (buckets.has(request.bucket)) {
    throw new S3Error(409, 'BucketAlreadyOwnedByYou', {
      message: 'Your previous request to create the named bucket succeeded and you already own it.',
    });
  }
  const bucket = new Bucket(request.bucket);
  if (blocksPublicAccess) bucket.documents.set('publicAccessBlock', BLOCK_ALL.toString());
  buckets.set(bucket.name, bucket);
  return { status: 200, headers: { location: `/${bucket.name}` } };
}

export function headBucket({ request, buckets, region }: Call): S3Answer {
  findBucket(buckets, request.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
}

export function deleteBucket({ request, buckets }: Call): S3Answer {
  if (findBucket(buckets, request.bucket).size > 0) {
    throw new S3Error(409, 'BucketNotEmpty', { message: 'The bucket you tried to delete is not empty' });
  }
  buckets.delete(request.bucket);
  return { status: 204 };
}

/** Empty for `us-east-1`, as on AWS. */
export function getLocation({ request, buckets, region }: Call): S3Answer {
  findBucket(buckets, request.bucket);
  return {
    status: 200,
    body: Buffer.from(`<LocationConstraint>${region === 'us-east-1' ? '' : region}</LocationConstraint>`),
  };
}

/** Refused while public policies are blocked, as they are in a new bucket on AWS. */
export function putPolicy(call: Call): S3Answer {
  const { request, buckets } = call;
  const isPublic = parsePolicy(request.body.toString()).some(({ isAllow, isForAll }) => isAllow && isForAll);
  const block = findBucket(buckets, request.bucket).documents.get('publicAccessBlock') ?? '';
  if (isPublic && /<BlockPublicPolicy>true</.test(block)) {
    throw accessDenied('public policies are prevented by the BlockPublicPolicy setting');
  }
  putDocument(call, 'policy');
  return { status: 204 };
}

/** What `?policy`, `?website` and `?publicAccessBlock` keep. */
export type DocumentName = 'policy' | 'website' | 'publicAccessBlock';

const ABSENT: Readonly<Record<DocumentName, string>> = {
  policy: 'NoSuchBucketPolicy',
  website: 'NoSuchWebsiteConfiguration',
  publicAccessBlock: 'NoSuchPublicAccessBlockConfiguration',
};

export function getDocument({ request, buckets }: Call, name: DocumentName): S3Answer {
  const text = findBucket(buckets, request.bucket).documents.get(name);
  if (text === undefined) throw new S3Error(404, ABSENT[name]);
  return { status: 200, body: Buffer.from(text) };
}

export function putDocument({ request, buckets }: Call, name: DocumentName): S3Answer {
  findBucket(buckets, request.bucket).documents.set(name, request.body.toString());
  return { status: 200 };
}

export function deleteDocument({ request, buckets }: Call, name: DocumentName): S3Answer {
  findBucket(buckets, request.bucket).documents.delete(name);
  return { status: 204 };
}

const BLOCK_ALL = renderXml('PublicAccessBlockConfiguration', {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
});
