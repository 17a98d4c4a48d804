import type { S3Fault } from './faults.ts';
import { operationOf, type S3Operation } from './operation.ts';
import type { S3Head } from './s3-request.ts';

/** A request that reached the server, and what became of it. */
export interface LoggedS3Request {
  readonly operation: S3Operation | undefined;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  /** What was sent, without what only signs it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signed: 'header' | 'presigned' | 'no';
  readonly fault: S3Fault['type'] | undefined;
  /** 0: no answer was sent, or not all of it. */
  readonly status: number;
  /** S3's word for a refusal. */
  readonly code: string | undefined;
  /** Of bodies. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** An entry that is still being filled in. */
export type OpenEntry = { -readonly [Name in keyof LoggedS3Request]: LoggedS3Request[Name] };

const SIGNING = /^(x-amz-(date|content-sha256|security-token)|authorization|amz-sdk-.*|x-amz-user-agent)$/;
const PRESIGNING = /^X-Amz-/;

export function openEntry(head: S3Head): OpenEntry {
  const headers = Object.entries(head.headers).filter(([name]) => !SIGNING.test(name));
  const query = [...head.query].filter(([name]) => !PRESIGNING.test(name) && name !== 'x-id');
  return {
    operation: operationOf(head),
    method: head.method,
    bucket: head.bucket,
    key: head.key,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(headers),
    signed: signedHow(head),
    fault: undefined,
    status: 0,
    code: undefined,
    bytesIn: 0,
    bytesOut: 0,
  };
}

function signedHow({ headers, query }: S3Head): LoggedS3Request['signed'] {
  if (headers['authorization'] !== undefined) return 'header';
  return query.has('X-Amz-Signature') ? 'presigned' : 'no';
}
