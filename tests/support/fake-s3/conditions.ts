import { type Bucket, findBucket, type StoredObject } from './buckets.ts';
import type { Call } from './call.ts';
import { noSuchKey, notImplemented, S3Error } from './s3-error.ts';
import type { Conditions, Semantics } from './semantics.ts';

type Writing = 'put' | 'complete' | 'copy' | 'delete';

/** Fails unless the conditions of a change of the request's own key are met, as far as this kind of store looks at them. */
export function checkConditions(call: Call, writing: Writing): void {
  const { request, semantics, buckets } = call;
  const bucket = findBucket(buckets, request.bucket);
  const absence = wanted(request.headers['if-none-match'], semantics[writing], 'ifNoneMatch');
  const etag = wanted(request.headers['if-match'], semantics[writing], 'ifMatch');
  const current = bucket.find(request.key);
  if (absence !== undefined) {
    if (absence !== '*') throw notImplemented('If-None-Match with anything but *');
    if (current !== undefined) throw lost(call, bucket);
  }
  if (etag === undefined) return;
  if (current === undefined) {
    throw semantics.absentStatus === 404 ? noSuchKey(request.key) : preconditionFailed('If-Match');
  }
  if (!matches(etag, current, semantics)) throw lost(call, bucket);
}

/** Fails unless the source of a copy is what the request says, where this kind of store looks. */
export function checkCopySource({ request: { headers }, semantics }: Call, source: StoredObject): void {
  if (semantics.copySource === 'ignored') return;
  const ifMatch = headers['x-amz-copy-source-if-match'];
  const ifNoneMatch = headers['x-amz-copy-source-if-none-match'];
  if (ifMatch !== undefined && !matches(ifMatch, source, semantics))
    throw preconditionFailed('x-amz-copy-source-If-Match');
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, source, semantics))
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
}

/** Conditions of a read. Every store looks at these. */
export function checkReadConditions(
  { request: { headers } }: Call,
  object: StoredObject,
): 'send' | 'unchanged' {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && unquote(ifMatch) !== object.etag) throw preconditionFailed('If-Match');
  const ifNoneMatch = headers['if-none-match'];
  return ifNoneMatch !== undefined && unquote(ifNoneMatch) === object.etag ? 'unchanged' : 'send';
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error(412, 'PreconditionFailed', {
    message: 'At least one of the pre-conditions you specified did not hold',
    details: { Condition: condition },
  });
}

function wanted(
  value: string | undefined,
  conditions: Conditions,
  name: keyof Conditions,
): string | undefined {
  if (value === undefined || conditions[name] === 'ignored') return undefined;
  if (conditions[name] === 'refused') throw notImplemented(name);
  return value;
}

function matches(etag: string, { etag: current }: StoredObject, { etagForm }: Semantics): boolean {
  if (etag === '*') return true;
  return (etagForm === 'bare' ? etag : unquote(etag)) === current;
}

function unquote(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1');
}

/** 412 to whoever came after the winner; to whoever overlapped it, what this kind of store says then. */
function lost({ request, arrivedAt, semantics }: Call, bucket: Bucket): S3Error {
  const hasOverlapped = bucket.changedAt(request.key) > arrivedAt;
  const { overlapped } = semantics;
  const status = hasOverlapped ? overlapped[bucket.nextLoser++ % overlapped.length] : 412;
  if (status === 409) {
    return new S3Error(409, 'ConditionalRequestConflict', {
      message: 'A conflicting conditional operation is currently in progress against this resource.',
    });
  }
  return status === 500 ? new S3Error(500, 'UnknownError') : preconditionFailed('If-None-Match or If-Match');
}
