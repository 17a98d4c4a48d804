/** Where a bucket is: `s3://bucket/prefix?region=…&endpoint=…&pathStyle=true&acl=public-read&plus=twin`. No secrets. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { isKeySegment } from '../keys.ts';

export interface S3Location {
  /** `s3://bucket/prefix`, for messages. */
  readonly name: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Undefined: as the configuration of the AWS tools says. */
  readonly region: string | undefined;
  /** Undefined: AWS. */
  readonly endpoint: string | undefined;
  /** Amazon's own S3, which has what only it has. */
  readonly isAws: boolean;
  /** `endpoint/bucket/key`, not `bucket.endpoint/key`. */
  readonly pathStyle: boolean;
  /** Canned ACL of public objects. Undefined: none is sent. */
  readonly acl: Acl | undefined;
  /** Objects with `+` in their key are kept under a second one: see `plus-twin.ts`. */
  readonly plusTwins: boolean;
}

const ACLS = ['public-read', 'bucket-owner-full-control', 'private'] as const;
export type Acl = (typeof ACLS)[number];

type Env = Readonly<Record<string, string | undefined>>;

const SHAPE = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;
/** Older names at other providers may have capitals and underscores. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,62}$/i;
const PARAMETERS = ['region', 'endpoint', 'pathStyle', 'acl', 'plus'] as const;
const AWS_HOST = /(^|\.)amazonaws\.com(\.cn)?$/;
/** What stores that have no regions take for one. */
const NO_REGION = 'us-east-1';

/**
 * Reads a location. What it leaves out comes from AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and AWS_DEFAULT_REGION.
 * @throws CONFIG_INVALID
 */
export function parseS3Location(location: string, env: Env = {}): S3Location {
  const [, bucket = '', path = '', query = ''] = SHAPE.exec(location) ?? [];
  if (bucket.includes('@') || bucket.includes(':')) {
    throw invalid(
      'the bucket holds "@" or ":"',
      'Credentials come from the environment or from the files of the AWS tools.',
    );
  }
  if (bucket.endsWith('--x-s3')) {
    throw invalid(
      'it is a directory bucket, which lists its objects in no order',
      'Use a general purpose bucket.',
    );
  }
  if (!BUCKET.test(bucket)) throw invalid(`${JSON.stringify(bucket)} is no name of a bucket`);
  const prefix = path.replace(/^\/+|\/+$/g, '');
  if (prefix !== '' && !prefix.split('/').every(isKeySegment)) {
    throw invalid(
      `the prefix ${JSON.stringify(prefix)} has an empty segment, or one that is no part of a key`,
    );
  }
  const given = readParameters(query);
  const endpoint = readEndpoint(
    given.get('endpoint') ?? (env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined),
  );
  const region = given.get('region') ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  const isAws = endpoint === undefined || AWS_HOST.test(new URL(endpoint).hostname);
  return {
    name: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`,
    bucket,
    prefix,
    region: region ?? (isAws ? undefined : NO_REGION),
    endpoint,
    isAws,
    // The certificates of AWS know one label only before the endpoint.
    pathStyle:
      choice(
        'pathStyle',
        given.get('pathStyle'),
        ['true', 'false'] as const,
        `${!isAws || bucket.includes('.')}`,
      ) === 'true',
    acl: given.has('acl') ? choice('acl', given.get('acl'), ACLS, 'private') : undefined,
    plusTwins:
      choice('plus', given.get('plus'), ['twin', 'plain'] as const, isAws ? 'twin' : 'plain') === 'twin',
  };
}

function readParameters(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS.some((known) => known === name)) {
      throw invalid(`there is no parameter ${JSON.stringify(name)}`, `It takes ${PARAMETERS.join(', ')}.`);
    }
    if (given.has(name)) throw invalid(`the parameter ${name} is there twice`);
    if (value === '') throw invalid(`the parameter ${name} is empty`);
    given.set(name, value);
  }
  return given;
}

function readEndpoint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid(
      'the endpoint is no URL that begins with https:// or http://',
      'For example: endpoint=https://storage.example.org',
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid('the endpoint holds more than a host, a port and a path');
  }
  return text.replace(/\/+$/, '');
}

function choice<T extends string>(
  name: string,
  value: string | undefined,
  choices: readonly T[],
  preset: string,
): T {
  const found = choices.find((one) => one === (value ?? preset));
  if (found !== undefined) return found;
  throw invalid(`${name}=${value} is none of ${choices.join(', ')}`);
}

function invalid(
  why: string,
  hint = 'Write s3://bucket/prefix, as in s3://packages/apt?region=eu-west-1',
): PakhusError {
  return new PakhusError('CONFIG_INVALID', `The bucket cannot be opened: ${why}`, { hint });
}
