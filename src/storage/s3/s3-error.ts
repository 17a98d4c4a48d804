/** Answers of a bucket, and failures on the way to it, told as the port's errors. */
import type { ErrorCode } from '../../core/error-codes.ts';
import { PakhusError } from '../../core/pakhus-error.ts';

/** Where something went wrong. */
export interface Where {
  /** Name of the store. */
  readonly store: string;
  readonly bucket: string;
  /** URL of the service, or the words for AWS. */
  readonly endpoint: string;
  readonly key?: string | undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint?: string;
}

const CREDENTIALS =
  'Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the role of the machine.';

const NO_BUCKET: Meaning = {
  code: 'STORE_NOT_FOUND',
  why: 'there is no such bucket',
  hint: 'Make the bucket, or correct its name, region or endpoint.',
};
const EXPIRED: Meaning = {
  code: 'STORE_PERMISSION',
  why: 'the credentials have expired',
  hint: 'Get new ones (`aws sso login`, or another run of the job), then run the command again; it goes on where it was.',
};
const WRONG_KEY: Meaning = {
  code: 'STORE_PERMISSION',
  why: 'the access key or its secret is wrong',
  hint: CREDENTIALS,
};
const SKEWED: Meaning = {
  code: 'STORE_PERMISSION',
  why: "this machine's clock and the store's are too far apart",
  hint: 'Set the clock of this machine; NTP keeps it.',
};
const DENIED: Meaning = {
  code: 'STORE_PERMISSION',
  why: 'access denied',
  hint: 'The policy of the bucket or of the user does not allow it. Without the right to list the bucket (s3:ListBucket), an absent object is denied too.',
};
const FULL: Meaning = {
  code: 'STORE_FULL',
  why: 'the quota of the store is used up',
  hint: 'Free some space (`pakhus gc`) or raise the quota, then run the command again; it goes on where it was.',
};
const CONFLICT: Meaning = { code: 'STORE_CONFLICT', why: 'a condition was not met' };
const ABSENT: Meaning = { code: 'STORE_OBJECT_NOT_FOUND', why: 'no such object' };
const BUSY: Meaning = { code: 'STORE_UNAVAILABLE', why: 'the store asks for less at once' };
const DAMAGED: Meaning = { code: 'STORE_UNAVAILABLE', why: 'the bytes were damaged on their way' };
const WRONG_REGION: Meaning = {
  code: 'CONFIG_INVALID',
  why: 'the bucket is in another region',
  hint: 'Name it in the location: s3://bucket?region=…',
};

/** What has nothing to do with the object that was asked for. */
const OF_THE_STORE: ReadonlySet<ErrorCode> = new Set(['STORE_NOT_FOUND', 'CONFIG_INVALID']);
const OF_THE_USER: ReadonlySet<Meaning> = new Set([EXPIRED, WRONG_KEY, SKEWED]);

/** By the code that the store gives. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: NO_BUCKET,
  NoSuchKey: ABSENT,
  NotFound: ABSENT,
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  InvalidAccessKeyId: WRONG_KEY,
  SignatureDoesNotMatch: WRONG_KEY,
  InvalidClientTokenId: WRONG_KEY,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidToken: { ...EXPIRED, why: 'the session token is not valid' },
  RequestTimeTooSkewed: SKEWED,
  RequestExpired: SKEWED,
  PreconditionFailed: CONFLICT,
  ConditionalRequestConflict: { code: 'STORE_UNAVAILABLE', why: 'somebody else is writing the object' },
  OperationAborted: { code: 'STORE_UNAVAILABLE', why: 'somebody else is changing it' },
  QuotaExceeded: FULL,
  ServiceQuotaExceeded: FULL,
  StorageQuotaExceeded: FULL,
  XMinioStorageFull: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
  InsufficientStorage: FULL,
  EntityTooLarge: { ...FULL, why: 'the object is larger than the store takes', hint: 'Use another store.' },
  SlowDown: BUSY,
  TooManyRequests: BUSY,
  ServiceUnavailable: BUSY,
  RequestTimeout: { code: 'STORE_UNAVAILABLE', why: 'the bytes came too slowly' },
  BadDigest: DAMAGED,
  InvalidDigest: DAMAGED,
  XAmzContentSHA256Mismatch: DAMAGED,
  IncompleteBody: DAMAGED,
  PermanentRedirect: WRONG_REGION,
  TemporaryRedirect: WRONG_REGION,
  AuthorizationHeaderMalformed: WRONG_REGION,
  IllegalLocationConstraintException: WRONG_REGION,
  InvalidBucketName: { code: 'CONFIG_INVALID', why: 'the store takes no such name of a bucket' },
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  301: WRONG_REGION,
  307: WRONG_REGION,
  401: WRONG_KEY,
  403: DENIED,
  404: ABSENT,
  409: { code: 'STORE_UNAVAILABLE', why: 'somebody else is changing it' },
  412: CONFLICT,
  429: BUSY,
  503: BUSY,
  507: FULL,
};

/** Made by the SDK before anything is sent, by name. */
const BEFORE_SENDING: Readonly<Record<string, Meaning>> = {
  CredentialsProviderError: {
    code: 'STORE_PERMISSION',
    why: 'no credentials were found',
    hint: CREDENTIALS,
  },
  TokenProviderError: EXPIRED,
};

/** What an error of the SDK tells, as far as it does. */
export interface Answered {
  /** `NoSuchKey`, `ECONNREFUSED`. */
  readonly code: string;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Undefined for what is no error of the SDK, of the store or of the network: a bug, or the caller's own. */
export function answerOf(error: unknown): Answered | undefined {
  if (!(error instanceof Error) || error instanceof PakhusError) return undefined;
  const { name, code, $metadata, $response } = error as SdkError;
  if ($metadata?.httpStatusCode !== undefined) {
    return { code: name, status: $metadata.httpStatusCode, headers: $response?.headers ?? {} };
  }
  const known = name in BEFORE_SENDING || name === 'TimeoutError' ? name : undefined;
  const found = name in BEFORE_SENDING || typeof code !== 'string' ? known : code;
  return found === undefined ? undefined : { code: found, status: undefined, headers: {} };
}

interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** An error of the store as a {@link PakhusError}; anything else as it is. */
export function s3Error(error: unknown, where: Where): unknown {
  if (error instanceof Error && error.message === 'Region is missing') return noRegion(where, error);
  const answered = answerOf(error);
  if (answered === undefined || !(error instanceof Error)) return error;
  const meaning = meaningOf(answered, where);
  const { code, why, hint } = meaning;
  const isOfObject = where.key !== undefined && !OF_THE_STORE.has(code) && !OF_THE_USER.has(meaning);
  const at = isOfObject ? `${where.store}: ${where.key}` : where.store;
  const said = answered.status === undefined ? answered.code : `${answered.code}, status ${answered.status}`;
  return new PakhusError(code, `${at}: ${why} (${said})`, {
    ...(hint === undefined ? {} : { hint }),
    details: {
      store: where.store,
      key: where.key,
      bucket: where.bucket,
      endpoint: where.endpoint,
      reason: answered.code,
      status: answered.status,
    },
    cause: error,
  });
}

function meaningOf(answered: Answered, where: Where): Meaning {
  const { code, status, headers } = answered;
  const meaning =
    MEANINGS[code] ?? BEFORE_SENDING[code] ?? (status === undefined ? undefined : BY_STATUS[status]);
  if (meaning === WRONG_REGION) return wrongRegion(headers['x-amz-bucket-region'], where);
  if (meaning !== undefined) return meaning;
  if (status === undefined) return unreachable(code, where);
  if (status >= 500 && status !== 501) {
    return { code: 'STORE_UNAVAILABLE', why: `${where.endpoint} failed` };
  }
  return { code: 'STORE_PERMISSION', why: `${where.endpoint} refused the request` };
}

function wrongRegion(region: string | undefined, { store }: Where): Meaning {
  if (region === undefined) return WRONG_REGION;
  return {
    code: 'CONFIG_INVALID',
    why: `the bucket is in another region, ${region}`,
    hint: `Name it in the location: ${store}?region=${region}`,
  };
}

function unreachable(code: string, { endpoint }: Where): Meaning {
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return {
      code: 'STORE_UNAVAILABLE',
      why: `the certificate of ${endpoint} is not trusted`,
      hint: 'A file with the certificates of your own authorities goes into NODE_EXTRA_CA_CERTS.',
    };
  }
  return {
    code: 'STORE_UNAVAILABLE',
    why: `${endpoint} does not answer`,
    hint: 'Check the endpoint and the network, then run the command again; it goes on where it was.',
  };
}

function noRegion({ store }: Where, cause: Error): PakhusError {
  return new PakhusError('CONFIG_INVALID', `${store}: nothing says which region the bucket is in`, {
    hint: `Name it in the location (${store}?region=eu-west-1) or in AWS_REGION.`,
    cause,
  });
}
