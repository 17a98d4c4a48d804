/** The bucket itself: making it, and who may read it. What a store does not know is told apart from what it refuses. */
import type { BucketLocationConstraint } from '@aws-sdk/client-s3';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions } from '../storage.ts';
import type { Connection } from './client.ts';
import type { S3Location } from './location.ts';
import type { Handling } from './send.ts';

/** Settings that win over policies and ACLs. */
export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** What this store has not got. */
export const UNSUPPORTED: unique symbol = Symbol('unsupported');
export type Unsupported = typeof UNSUPPORTED;

export interface BucketAdmin {
  /** Of the bucket; where nothing says, that of the AWS tools' configuration. */
  region(): Promise<string>;
  /** @throws STORE_PERMISSION when it is somebody else's, or these credentials may not look at it */
  exists(call: CallOptions): Promise<boolean>;
  /** False: it is there already, and ours. @throws STORE_PERMISSION when it is somebody else's */
  create(call: CallOptions): Promise<boolean>;
  /** JSON; undefined: there is none. What puts something gives false where the store does not know it. */
  policy(call: CallOptions): Promise<string | undefined | Unsupported>;
  putPolicy(json: string, call: CallOptions): Promise<boolean>;
  /** Undefined: nothing is blocked. */
  publicAccessBlock(call: CallOptions): Promise<PublicAccessBlock | undefined | Unsupported>;
  putPublicAccessBlock(block: PublicAccessBlock, call: CallOptions): Promise<boolean>;
  /** The document that a folder shows; undefined: there is no website. */
  websiteIndex(call: CallOptions): Promise<string | undefined | Unsupported>;
  putWebsite(index: string, call: CallOptions): Promise<boolean>;
}

const NOT_THERE = [
  'NoSuchBucketPolicy',
  'NoSuchPublicAccessBlockConfiguration',
  'NoSuchWebsiteConfiguration',
];
/** Where no constraint is one. */
const FIRST_REGION = 'us-east-1';

export function bucketAdmin(connection: Connection): BucketAdmin {
  const { client, sdk, location } = connection;
  const Bucket = location.bucket;
  const ask = <T>(call: CallOptions, request: (handling: Handling) => Promise<T>): Promise<T> =>
    connection.ask(undefined, call, request);
  const known = async <T>(
    call: CallOptions,
    request: (handling: Handling) => Promise<T>,
  ): Promise<T | Unsupported> => {
    try {
      return await ask(call, request);
    } catch (error) {
      if (isUnsupported(error)) return UNSUPPORTED;
      throw error;
    }
  };
  const found = async <T>(
    call: CallOptions,
    request: (handling: Handling) => Promise<T>,
  ): Promise<T | undefined | Unsupported> => {
    try {
      return await known(call, request);
    } catch (error) {
      if (NOT_THERE.includes(reasonOf(error))) return undefined;
      throw error;
    }
  };
  const done = async (work: Promise<unknown>): Promise<boolean> => (await work) !== UNSUPPORTED;

  return {
    region: async () => location.region ?? (await client.config.region()),

    async exists(call) {
      try {
        await ask(call, (handling) => client.send(new sdk.HeadBucketCommand({ Bucket }), handling));
        return true;
      } catch (error) {
        if (hasCode(error, 'STORE_OBJECT_NOT_FOUND', 'STORE_NOT_FOUND')) return false;
        if (isDenied(error)) throw notOurs(location.bucket, error);
        throw error;
      }
    },

    async create(call) {
      const region = location.region ?? (await client.config.region());
      // A region that is younger than the SDK is none to its types.
      const where =
        region === FIRST_REGION || !location.isAws
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
      try {
        await ask(call, (handling) =>
          client.send(new sdk.CreateBucketCommand({ Bucket, ...where }), handling),
        );
        return true;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === 'BucketAlreadyOwnedByYou') return false;
        if (reason === 'BucketAlreadyExists') throw notOurs(location.bucket, error);
        if (reason === 'InvalidLocationConstraint') throw noSuchRegion(location, { region, cause: error });
        throw error;
      }
    },

    async policy(call) {
      const answer = await found(call, (handling) =>
        client.send(new sdk.GetBucketPolicyCommand({ Bucket }), handling),
      );
      return answer === undefined || answer === UNSUPPORTED ? answer : answer.Policy;
    },
    putPolicy: (Policy, call) =>
      done(
        known(call, (handling) => client.send(new sdk.PutBucketPolicyCommand({ Bucket, Policy }), handling)),
      ),

    async publicAccessBlock(call) {
      const answer = await found(call, (handling) =>
        client.send(new sdk.GetPublicAccessBlockCommand({ Bucket }), handling),
      );
      if (answer === undefined || answer === UNSUPPORTED) return answer;
      const block = answer.PublicAccessBlockConfiguration;
      return {
        BlockPublicAcls: block?.BlockPublicAcls === true,
        IgnorePublicAcls: block?.IgnorePublicAcls === true,
        BlockPublicPolicy: block?.BlockPublicPolicy === true,
        RestrictPublicBuckets: block?.RestrictPublicBuckets === true,
      };
    },
    putPublicAccessBlock: (block, call) =>
      done(
        known(call, (handling) =>
          client.send(
            new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: block }),
            handling,
          ),
        ),
      ),

    async websiteIndex(call) {
      const answer = await found(call, (handling) =>
        client.send(new sdk.GetBucketWebsiteCommand({ Bucket }), handling),
      );
      return answer === undefined || answer === UNSUPPORTED ? answer : answer.IndexDocument?.Suffix;
    },
    putWebsite: (Suffix, call) =>
      done(
        known(call, (handling) =>
          client.send(
            new sdk.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix } } }),
            handling,
          ),
        ),
      ),
  };
}

/** The store's own word for it. */
function reasonOf(error: unknown): string {
  const reason = error instanceof PakhusError ? error.details?.['reason'] : undefined;
  return typeof reason === 'string' ? reason : '';
}

function isUnsupported(error: unknown): boolean {
  if (!(error instanceof PakhusError)) return false;
  const status = error.details?.['status'];
  return status === 501 || status === 405 || reasonOf(error) === 'NotImplemented';
}

function isDenied(error: unknown): boolean {
  return (
    error instanceof PakhusError &&
    error.details?.['status'] === 403 &&
    !/Signature|AccessKey|Token/.test(reasonOf(error))
  );
}

function noSuchRegion(
  { name, endpoint = 'Amazon S3' }: S3Location,
  { region, cause }: { readonly region: string; readonly cause: unknown },
): PakhusError {
  return new PakhusError('CONFIG_INVALID', `${name}: ${endpoint} has no region ${region} for new buckets`, {
    hint: 'Leave `region=` out of the location where the provider has none, or take the one that it names.',
    cause,
  });
}

function notOurs(bucket: string, cause: unknown): PakhusError {
  return new PakhusError(
    'STORE_PERMISSION',
    `s3://${bucket}: there is such a bucket, and it is somebody else's, or these credentials may not look at it`,
    { hint: 'Names of buckets are shared by everybody: choose another one.', cause, details: { bucket } },
  );
}
