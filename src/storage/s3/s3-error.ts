/** Answers of a bucket, and failures on the way to it, told as the port's errors. */
import { PakhusError } from '../../core/pakhus-error.ts';
import {
  BEFORE_SENDING,
  BY_STATUS,
  MEANINGS,
  type Meaning,
  OF_THE_STORE,
  OF_THE_USER,
  WRONG_REGION,
} from './meanings.ts';

/** Where something went wrong. */
export interface Where {
  /** Name of the store. */
  readonly store: string;
  readonly bucket: string;
  /** URL of the service, or the words for AWS. */
  readonly endpoint: string;
  readonly key?: string | undefined;
}

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
