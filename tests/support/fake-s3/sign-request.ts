import {
  ALGORITHM,
  dateForSignature,
  encodeUri,
  scopeOf,
  sha256Hex,
  signatureOf,
  UNSIGNED_PAYLOAD,
} from './signature.ts';

/** Who signs, and for when. */
export interface Signature {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  /** Under lower-case names. All are signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** The headers to send, with `Authorization`. */
export function signHeaders(request: UnsignedRequest, by: Signature): Record<string, string> {
  const url = new URL(request.url);
  const date = dateForSignature(by.nowMs);
  const payloadHash = sha256Hex(request.body ?? '');
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': date,
  };
  if (by.sessionToken !== undefined) headers['x-amz-security-token'] = by.sessionToken;
  const signedHeaders = Object.keys(headers).sort();
  const signature = signatureOf(
    {
      method: request.method,
      rawPath: url.pathname,
      rawQuery: url.search.slice(1),
      headers,
      signedHeaders,
      payloadHash,
    },
    { secretAccessKey: by.secretAccessKey, date, region: by.region },
  );
  headers['authorization'] =
    `${ALGORITHM} Credential=${by.accessKeyId}/${scopeOf(date, by.region)}, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}

/** A URL that anybody may use for this request until `expiresSeconds` after `nowMs`. */
export function presign(
  request: UnsignedRequest,
  by: Signature & { readonly expiresSeconds: number },
): string {
  const url = new URL(request.url);
  const date = dateForSignature(by.nowMs);
  const headers: Record<string, string> = { ...request.headers, host: url.host };
  const signedHeaders = Object.keys(headers).sort();
  const query = [
    ...(url.search === '' ? [] : [url.search.slice(1)]),
    `X-Amz-Algorithm=${ALGORITHM}`,
    `X-Amz-Credential=${encodeUri(`${by.accessKeyId}/${scopeOf(date, by.region)}`)}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${by.expiresSeconds}`,
    ...(by.sessionToken === undefined ? [] : [`X-Amz-Security-Token=${encodeUri(by.sessionToken)}`]),
    `X-Amz-SignedHeaders=${encodeUri(signedHeaders.join(';'))}`,
  ].join('&');
  const signature = signatureOf(
    {
      method: request.method,
      rawPath: url.pathname,
      rawQuery: query,
      headers,
      signedHeaders,
      payloadHash: UNSIGNED_PAYLOAD,
    },
    { secretAccessKey: by.secretAccessKey, date, region: by.region },
  );
  return `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${signature}`;
}
