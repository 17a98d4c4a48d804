/**
 * Bytes in memory, in one request that the SDK does not make: it would take five times as long to make it as the request then takes, and
 * thousands of packages are made by one thread. Address and credentials are the SDK's.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { sha256Hex } from '../../core/digest.ts';
import { createAwsSigner, type SignAws } from '../../core/sign-aws.ts';
import { type Address, pathOf } from './address.ts';
import { type Agents, type Answer, type Handling, isSuccess, refusalOf, sendRequest } from './send.ts';
import type { PutAnswer, PutHeaders } from './upload.ts';

type Credentials = Awaited<ReturnType<S3Client['config']['credentials']>>;

/** Puts what the SDK would call `Body`. */
export type PutBytes = (
  work: { readonly key: string; readonly bytes: Uint8Array; readonly headers: PutHeaders },
  handling: Handling,
) => Promise<PutAnswer>;

/** What it has of the connection. */
interface Connected {
  readonly client: S3Client;
  readonly agents: Agents;
  now(): number;
  /** Takes note of what an answer tells of the store, and gives its date. */
  hear(headers: Answer['headers']): number;
}

/** Errors: in the form of the SDK's. */
export function createPutBytes(
  { client, agents, now, hear }: Connected,
  { base, region }: Address,
): PutBytes {
  let last: { readonly by: Credentials; readonly sign: SignAws } | undefined;
  /** The SDK gives the same ones until they are about to expire. */
  const signer = async (): Promise<SignAws> => {
    const by = await client.config.credentials();
    if (last?.by !== by) last = { by, sign: createAwsSigner({ ...by, region, service: 's3' }) };
    return last.sign;
  };
  return async ({ key, bytes, headers }, handling) => {
    const url = new URL(base + pathOf(key));
    const sha256 = sha256Hex(bytes);
    const sent = {
      ...headersOf(headers),
      'content-length': `${bytes.length}`,
      'x-amz-content-sha256': sha256,
    };
    const sign = await signer();
    const request = { method: 'PUT', url, headers: sent, sha256 } as const;
    const answer = await sendRequest(agents, {
      ...request,
      headers: sign(request, now()),
      body: bytes,
      ...handling,
    });
    const dateMs = hear(answer.headers);
    if (!isSuccess(answer)) throw refusalOf(answer);
    return { dateMs, ETag: answer.headers['etag'] };
  };
}

const NAMES: Readonly<Record<string, string>> = {
  ContentMD5: 'content-md5',
  ContentType: 'content-type',
  CacheControl: 'cache-control',
  ACL: 'x-amz-acl',
  IfNoneMatch: 'if-none-match',
  IfMatch: 'if-match',
};

/** From the words of the SDK. */
function headersOf({ Metadata = {}, ...headers }: PutHeaders): Record<string, string> {
  const meta = Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const others = Object.entries(headers).map(([name, value]) => [NAMES[name] ?? name, value]);
  return Object.fromEntries([...others, ...meta]);
}
