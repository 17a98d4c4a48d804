import { randomUUID } from 'node:crypto';
import { type Account, authenticate } from './authenticate.ts';
import { authorise } from './authorise.ts';
import { Bucket } from './buckets.ts';
import { requireOperation } from './operation.ts';
import { perform } from './perform.ts';
import { S3Error } from './s3-error.ts';
import type { S3Answer, S3Head, S3Request } from './s3-request.ts';
import { type FakeS3Mode, SEMANTICS } from './semantics.ts';
import { renderXml } from './xml.ts';

/** The store behind the server: requests in, answers out, no network. */
export interface Handler {
  readonly accounts: Account[];
  readonly buckets: Map<string, Bucket>;
  /** Added to the clock. */
  clockOffsetMs: number;
  isSessionExpired: boolean;
  now(): number;
  /** To be given to {@link handle} later, so that it knows what changed meanwhile. */
  arrive(head: S3Head): number;
  /** Never fails: what is refused is an answer as well. */
  handle(request: S3Request, arrivedAt: number): S3Answer & { readonly code?: string };
}

export function createHandler(options: {
  readonly mode: FakeS3Mode;
  readonly region: string;
  readonly account: Account;
  readonly bucket: string;
  readonly now: () => number;
}): Handler {
  const { mode, region } = options;
  const handler: Handler = {
    accounts: [options.account],
    buckets: new Map([[options.bucket, new Bucket(options.bucket)]]),
    clockOffsetMs: 0,
    isSessionExpired: false,
    now: () => options.now() + handler.clockOffsetMs,
    arrive: ({ bucket }) => handler.buckets.get(bucket)?.changes ?? 0,
    handle: (request, arrivedAt) => {
      try {
        return answer(request, arrivedAt);
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        return refusal(error, request);
      }
    },
  };

  function answer(request: S3Request, arrivedAt: number): S3Answer {
    const { accounts, buckets, isSessionExpired } = handler;
    const nowMs = handler.now();
    const account = authenticate(request, { accounts, region, nowMs, isSessionExpired });
    const operation = requireOperation(request);
    authorise(request, { account, operation, buckets });
    return perform(operation, {
      request,
      buckets,
      arrivedAt,
      nowMs,
      region,
      semantics: SEMANTICS[mode],
      blocksPublicAccess: mode === 'honest',
      newId: randomUUID,
    });
  }
  return handler;
}

/** An error as S3 sends it. */
export function refusal(
  { status, code, message, details }: S3Error,
  { bucket, key }: S3Head,
): S3Answer & { readonly code: string } {
  const body = renderXml('Error', {
    Code: code,
    Message: message,
    Resource: `/${bucket}/${key}`,
    RequestId: '0',
    ...details,
  });
  const region = details['Region'];
  const headers = { 'content-type': 'application/xml', 'x-amz-bucket-region': region };
  return { status, code, headers, body: status === 304 ? Buffer.alloc(0) : body };
}
