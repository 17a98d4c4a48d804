/**
 * AWS Signature Version 4, as S3 uses it: in the `Authorization` header or in the query of a presigned URL.
 *
 *     canonical request ─sha256─▶ string to sign ─hmac with a key of day, region and service─▶ signature
 */
import { createHash, createHmac } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

export interface Signable {
  readonly method: string;
  /** Encoded or not: it is brought into one form. */
  readonly rawPath: string;
  /** Without the signature itself. */
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Lower case, sorted. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal SHA-256 of the body, or {@link UNSIGNED_PAYLOAD}. */
  readonly payloadHash: string;
}

export interface SigningKey {
  readonly secretAccessKey: string;
  /** `20260131T120000Z` */
  readonly date: string;
  readonly region: string;
}

/** Hexadecimal. */
export function signatureOf(request: Signable, { secretAccessKey, date, region }: SigningKey): string {
  const text = [ALGORITHM, date, scopeOf(date, region), sha256Hex(canonicalRequest(request))].join('\n');
  const key = scopeOf(date, region)
    .split('/')
    .reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${secretAccessKey}`);
  return hmac(key, text).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** What follows the access key in a credential. */
export function scopeOf(date: string, region: string): string {
  return `${date.slice(0, 8)}/${region}/s3/aws4_request`;
}

/** `20260131T120000Z` */
export function dateForSignature(ms: number): string {
  return `${new Date(ms).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}

export function sha256Hex(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** All but RFC 3986's unreserved characters as `%XX`. */
export function encodeUri(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalRequest(request: Signable): string {
  const headers = request.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    request.rawPath.split('/').map(normalise).join('/'),
    canonicalQuery(request.rawQuery),
    headers.join(''),
    request.signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

function canonicalQuery(rawQuery: string): string {
  const pairs = rawQuery.split('&').filter((pair) => pair !== '');
  const encoded = pairs.map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return [normalise(name), normalise(value)] as const;
  });
  return encoded
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function normalise(text: string): string {
  return encodeUri(decodeURIComponent(text));
}
