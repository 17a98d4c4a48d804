import { accessDenied, notImplemented, S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { ALGORITHM, sha256Hex, signatureOf, UNSIGNED_PAYLOAD } from './signature.ts';

/** Whom the server knows. */
export interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Has to come with every request. */
  readonly sessionToken?: string | undefined;
  /** What it may do, as IAM JSON. Default: everything. */
  readonly policy?: string | undefined;
}

export interface AuthenticateOptions {
  readonly accounts: readonly Account[];
  readonly region: string;
  /** The server's clock, milliseconds since 1970. */
  readonly nowMs: number;
  /** All session tokens are past their time. */
  readonly isSessionExpired: boolean;
}

const MAX_SKEW_MS = 15 * 60_000;

interface Claim {
  readonly form: 'header' | 'presigned';
  readonly credential: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payloadHash: string;
  readonly token: string | undefined;
  /** The query without the signature. */
  readonly rawQuery: string;
}

/** Who signed the request; undefined: nobody did. Fails as S3 does when the signature is not right. */
export function authenticate(request: S3Request, options: AuthenticateOptions): Account | undefined {
  const claim = readClaim(request);
  if (claim === undefined) return undefined;
  const [accessKeyId = '', day = '', region = '', service = '', end = ''] = claim.credential.split('/');
  const account = options.accounts.find((one) => one.accessKeyId === accessKeyId);
  if (account === undefined) {
    throw new S3Error(403, 'InvalidAccessKeyId', {
      message: 'The AWS Access Key Id you provided does not exist in our records.',
    });
  }
  if (`${service}/${end}` !== 's3/aws4_request' || day !== claim.date.slice(0, 8))
    throw malformed('the scope');
  if (region !== options.region) throw wrongRegion(region, options.region);
  checkToken(claim, account, options);
  checkTime(request, claim, options.nowMs);
  const expected = signatureOf(
    { ...request, ...claim },
    { secretAccessKey: account.secretAccessKey, date: claim.date, region },
  );
  if (expected !== claim.signature) {
    throw new S3Error(403, 'SignatureDoesNotMatch', {
      message: 'The request signature we calculated does not match the signature you provided.',
    });
  }
  checkPayload(request, claim.payloadHash);
  return account;
}

function readClaim(request: S3Request): Claim | undefined {
  const header = request.headers['authorization'];
  if (header !== undefined) return readHeader(request, header);
  return request.query.has('X-Amz-Signature') ? readPresigned(request) : undefined;
}

function readHeader({ headers, rawQuery }: S3Request, header: string): Claim {
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(header);
  const payloadHash = headers['x-amz-content-sha256'];
  if (match === null) throw malformed('the header');
  if (payloadHash === undefined) {
    throw new S3Error(400, 'InvalidRequest', { message: 'Missing required header: x-amz-content-sha256' });
  }
  const signedHeaders = (match[2] ?? '').split(';');
  const unsigned = Object.keys(headers).find(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined)
    throw accessDenied(`There were headers present which were not signed: ${unsigned}`);
  return {
    form: 'header',
    credential: match[1] ?? '',
    date: headers['x-amz-date'] ?? '',
    signedHeaders,
    signature: match[3] ?? '',
    payloadHash,
    token: headers['x-amz-security-token'],
    rawQuery,
  };
}

function readPresigned({ query, headers, rawQuery }: S3Request): Claim {
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) throw malformed('X-Amz-Algorithm');
  return {
    form: 'presigned',
    credential: query.get('X-Amz-Credential') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    payloadHash: query.get('X-Amz-Content-Sha256') ?? headers['x-amz-content-sha256'] ?? UNSIGNED_PAYLOAD,
    token: query.get('X-Amz-Security-Token'),
    rawQuery: rawQuery
      .split('&')
      .filter((pair) => !pair.startsWith('X-Amz-Signature='))
      .join('&'),
  };
}

function checkToken({ token }: Claim, account: Account, { isSessionExpired }: AuthenticateOptions): void {
  if (account.sessionToken === undefined && token === undefined) return;
  if (token === undefined) throw new S3Error(403, 'InvalidAccessKeyId');
  if (token !== account.sessionToken) throw new S3Error(400, 'InvalidToken');
  if (isSessionExpired) {
    throw new S3Error(400, 'ExpiredToken', { message: 'The provided token has expired.' });
  }
}

function checkTime({ query }: S3Request, { form, date }: Claim, nowMs: number): void {
  const signedMs = parseDate(date);
  if (form === 'header' && Math.abs(nowMs - signedMs) > MAX_SKEW_MS) {
    throw new S3Error(403, 'RequestTimeTooSkewed', {
      message: 'The difference between the request time and the current time is too large.',
      details: { RequestTime: date, ServerTime: new Date(nowMs).toISOString() },
    });
  }
  if (form === 'presigned') {
    if (signedMs - nowMs > MAX_SKEW_MS) throw accessDenied('Request is not valid yet');
    const seconds = Number(query.get('X-Amz-Expires'));
    if (!(seconds > 0 && seconds <= 604_800)) {
      throw new S3Error(400, 'AuthorizationQueryParametersError', { message: 'X-Amz-Expires' });
    }
    if (nowMs > signedMs + seconds * 1000) throw accessDenied('Request has expired');
  }
}

function parseDate(date: string): number {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const ms = Date.parse(iso);
  if (iso === date || Number.isNaN(ms)) throw malformed('the date');
  return ms;
}

function checkPayload({ body }: S3Request, payloadHash: string): void {
  if (payloadHash === UNSIGNED_PAYLOAD) return;
  if (payloadHash.startsWith('STREAMING-')) throw notImplemented('aws-chunked content');
  if (sha256Hex(body) !== payloadHash) {
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', {
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    });
  }
}

function wrongRegion(region: string, expected: string): S3Error {
  return new S3Error(400, 'AuthorizationHeaderMalformed', {
    message: `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`,
    details: { Region: expected },
  });
}

function malformed(what: string): S3Error {
  return new S3Error(400, 'AuthorizationHeaderMalformed', { message: `Cannot understand ${what}` });
}
