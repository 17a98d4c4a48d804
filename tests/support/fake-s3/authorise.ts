import type { Account } from './authenticate.ts';
import type { Bucket } from './buckets.ts';
import type { S3Operation } from './operation.ts';
import { type Deed, isAllowed, parsePolicy } from './policy.ts';
import { accessDenied } from './s3-error.ts';
import { readCopySource, type S3Request } from './s3-request.ts';
import { elementsIn, textIn } from './xml.ts';

export interface AuthoriseOptions {
  /** Undefined: nobody signed the request. */
  readonly account: Account | undefined;
  readonly operation: S3Operation;
  readonly buckets: ReadonlyMap<string, Bucket>;
}

/**
 * Fails with 403 unless whoever sent the request may do it: the owner everything, another account what its policy says,
 * anybody what the bucket's policy or the object's `public-read` says. A missing object is 404 only to who may list.
 */
export function authorise(request: S3Request, { account, operation, buckets }: AuthoriseOptions): void {
  if (account !== undefined && account.policy === undefined) return;
  const may = (deed: Deed): boolean =>
    account?.policy === undefined
      ? isAllowed(policyFor(buckets, deed), deed)
      : isAllowed(parsePolicy(account.policy), deed);
  const deeds = deedsOf(request, operation);
  const object = buckets.get(request.bucket)?.find(request.key);
  const isReading = operation === 'GetObject' || operation === 'HeadObject';
  if (isReading && object?.isPublic === true) return;
  if (!deeds.every(may)) throw accessDenied();
  if (isReading && object === undefined && !may({ action: 's3:ListBucket', resource: request.bucket }))
    throw accessDenied();
}

function policyFor(buckets: ReadonlyMap<string, Bucket>, { resource }: Deed) {
  const policy = buckets.get(resource.split('/')[0] ?? '')?.documents.get('policy');
  return policy === undefined ? [] : parsePolicy(policy).filter(({ isForAll }) => isForAll);
}

const ACTIONS: Readonly<Partial<Record<S3Operation, string>>> = {
  CompleteMultipartUpload: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  DeleteBucketWebsite: 's3:DeleteBucketWebsite',
  DeleteObjects: 's3:DeleteObject',
  DeletePublicAccessBlock: 's3:PutBucketPublicAccessBlock',
  GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
  HeadBucket: 's3:ListBucket',
  HeadObject: 's3:GetObject',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  ListObjectsV2: 's3:ListBucket',
  ListParts: 's3:ListMultipartUploadParts',
  PutPublicAccessBlock: 's3:PutBucketPublicAccessBlock',
  UploadPart: 's3:PutObject',
};

/** Those that make an object, and may have conditions; parts of uploads have none. */
const CREATING: ReadonlySet<S3Operation> = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload']);

/** All that a request does, each of which has to be allowed. */
function deedsOf(request: S3Request, operation: S3Operation): Deed[] {
  const { bucket, key, query, headers, body } = request;
  const action = ACTIONS[operation] ?? `s3:${operation}`;
  const context = {
    's3:if-none-match': headers['if-none-match'],
    's3:ObjectCreationOperation': String(CREATING.has(operation)),
  };
  switch (operation) {
    case 'CopyObject':
    case 'UploadPartCopy': {
      const source = readCopySource(request);
      return [
        { action: 's3:GetObject', resource: `${source.bucket}/${source.key}` },
        { action: 's3:PutObject', resource: `${bucket}/${key}`, context },
      ];
    }
    case 'DeleteObjects':
      return elementsIn(body.toString(), 'Object').map((object) => ({
        action,
        resource: `${bucket}/${textIn(object, 'Key')}`,
      }));
    case 'ListObjectsV2':
      return [{ action, resource: bucket, context: { 's3:prefix': query.get('prefix') } }];
    default:
      return [{ action, resource: key === '' ? bucket : `${bucket}/${key}`, context }];
  }
}
