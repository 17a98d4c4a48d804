/** What the codes and statuses of stores mean to a user. */
import type { ErrorCode } from '../../core/error-codes.ts';

export interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint?: string;
}

const CREDENTIALS =
  'Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the role of the machine.';

const NO_BUCKET: Meaning = {
  code: 'STORE_NOT_FOUND',
  why: 'there is no such bucket',
  hint: '`pakhus store create` makes it; or correct its name, region or endpoint.',
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
export const WRONG_REGION: Meaning = {
  code: 'CONFIG_INVALID',
  why: 'the bucket is in another region',
  hint: 'Name it in the location: s3://bucket?region=…',
};

const BAD_KEY: Meaning = { code: 'STORE_KEY_INVALID', why: 'the store takes no such key' };
const NO_ACLS: Meaning = {
  code: 'CONFIG_INVALID',
  why: 'the bucket takes no ACLs',
  hint: 'Leave acl= out of the location; `pakhus store create` lets everybody read by a policy.',
};
const ARCHIVED: Meaning = {
  code: 'STORE_PERMISSION',
  why: 'the object was moved to an archive',
  hint: 'Restore it, and keep lifecycle rules away from the store.',
};

/** What has nothing to do with the object that was asked for. */
export const OF_THE_STORE: ReadonlySet<ErrorCode> = new Set(['STORE_NOT_FOUND', 'CONFIG_INVALID']);
export const OF_THE_USER: ReadonlySet<Meaning> = new Set([EXPIRED, WRONG_KEY, SKEWED]);

/** By the code that the store gives. */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
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
  KeyTooLongError: BAD_KEY,
  InvalidURI: BAD_KEY,
  XMinioInvalidObjectName: BAD_KEY,
  AccessControlListNotSupported: NO_ACLS,
  InvalidObjectState: ARCHIVED,
  InvalidBucketName: { code: 'CONFIG_INVALID', why: 'the store takes no such name of a bucket' },
};

export const BY_STATUS: Readonly<Record<number, Meaning>> = {
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
export const BEFORE_SENDING: Readonly<Record<string, Meaning>> = {
  CredentialsProviderError: {
    code: 'STORE_PERMISSION',
    why: 'no credentials were found',
    hint: CREDENTIALS,
  },
  TokenProviderError: EXPIRED,
};
