import type { S3Server } from '../s3-server.ts';
import { presign, signHeaders } from './sign-request.ts';

/** A request to a test server's bucket. */
export interface SignedFetch {
  /** Below the bucket, encoded. Default: the bucket itself. */
  readonly path?: string;
  /** Without the question mark. */
  readonly query?: string;
  /** Under lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Instead of the owner's. */
  readonly as?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly region?: string;
  /** Default: now. */
  readonly nowMs?: number;
}

/** Sends a request with the owner's signature. */
export async function send(s3: S3Server, method: string, request: SignedFetch = {}): Promise<Response> {
  const body = bodyOf(request);
  const headers = {
    ...request.headers,
    ...(method === 'PUT' || method === 'POST' ? { 'content-length': String(body?.length ?? 0) } : {}),
  };
  const url = urlOf(s3, request);
  const signed = signHeaders({ method, url, headers, ...(body && { body }) }, signerOf(s3, request));
  return fetch(url, { method, headers: signed, ...(body && { body }) });
}

/** A URL that is good for one minute. */
export function presignedUrl(s3: S3Server, method: string, request: SignedFetch = {}): string {
  return presign({ method, url: urlOf(s3, request) }, { ...signerOf(s3, request), expiresSeconds: 60 });
}

/** Status and S3's word for it. */
export async function outcomeOf(response: Response): Promise<string> {
  const code = /<Code>(\w+)</.exec(await response.text())?.[1];
  return code === undefined ? String(response.status) : `${response.status} ${code}`;
}

function signerOf(s3: S3Server, { as = ownerOf(s3), region = s3.region, nowMs = Date.now() }: SignedFetch) {
  return { ...as, region, nowMs };
}

function ownerOf({ accessKeyId, secretAccessKey, sessionToken }: S3Server) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function bodyOf({ body }: SignedFetch): Uint8Array<ArrayBuffer> | undefined {
  return body === undefined ? undefined : new Uint8Array(Buffer.from(body));
}

function urlOf({ endpoint, bucket }: S3Server, { path = '', query = '' }: SignedFetch): string {
  return `${endpoint}/${bucket}/${path}${query === '' ? '' : `?${query}`}`;
}
