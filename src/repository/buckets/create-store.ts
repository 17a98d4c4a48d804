/**
 * Making the buckets of a store, one call for all of it, to be run again whenever something changed.
 *
 * ```
 *   the bucket          made, or there and ours
 *   public access       AWS blocks public policies in new buckets: that is lifted, for policies alone
 *   policy              everybody reads all but the state; other statements stay
 *   website             on request
 *   the state's bucket  made, and everything public blocked
 * ```
 */
import { callOf } from '../../catalog/call-of.ts';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import type { Clock } from '../../core/clock.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { bucketAdmin, UNSUPPORTED } from '../../storage/s3/bucket-admin.ts';
import { bucketUrl } from '../../storage/s3/bucket-url.ts';
import { connect } from '../../storage/s3/client.ts';
import { listObjects } from '../../storage/s3/list.ts';
import { STATE_FOLDER } from '../store-layout.ts';
import type { CreateStep, Work } from './bucket-work.ts';
import { makePublic } from './make-public.ts';
import { type BucketFolder, bucketPlaces, isSameBucket, requireBuckets } from './places.ts';
import { readerPolicy } from './policies.ts';

export interface CreateResult {
  readonly steps: readonly CreateStep[];
  /** Where the bucket itself answers: what `url:` may be. Null: the store is a folder. */
  readonly url: string | null;
}

export interface CreateOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Nobody reads it without signing in: it stands behind a CDN. */
  readonly isPrivate: boolean;
  readonly website: boolean;
  /** Also when other files that are in the bucket become public. */
  readonly mayExpose: boolean;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

const BLOCK_ALL = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

type Config = Pick<ResolvedConfig, 'store' | 'state' | 'repositories'>;

/** @throws CONFIG_INVALID, STORE_PERMISSION for what is not ours, STORE_UNAVAILABLE */
export async function createStore(config: Config, options: CreateOptions): Promise<CreateResult> {
  const { store, state } = bucketPlaces(config, options.env);
  requireBuckets({ store, state }, 'a folder is made by the first publish');
  const steps: CreateStep[] = [];
  let url: string | null = null;
  if (store !== undefined) {
    const work = await openBucket(store, { options, steps });
    await makeBucket(work, () => checkForeign(work, options));
    if (!options.isPrivate) await makePublic(work, readerPolicy({ store, state }, config.repositories.value));
    if (options.website) await makeWebsite(work);
    url = bucketUrl(store.location, await work.admin.region());
  }
  if (state !== undefined && (store === undefined || !isSameBucket(store.location, state.location))) {
    const work = await openBucket(state, { options, steps });
    await makeBucket(work, async () => undefined);
    await makePrivate(work);
  }
  return { steps, url };
}

async function openBucket(
  folder: BucketFolder,
  { options, steps }: { readonly options: CreateOptions; readonly steps: CreateStep[] },
): Promise<Work> {
  const { clock, env, dryRun } = options;
  const call = callOf(options);
  const connection = await connect(folder.location, { clock, env });
  const { bucket } = folder.location;
  return {
    clock,
    folder,
    admin: bucketAdmin(connection),
    dryRun,
    call,
    isMissing: false,
    list: (prefix) => listObjects(connection, prefix, call),
    note: (what, outcome) => steps.push({ bucket, what, outcome }),
  };
}

async function makeBucket(work: Work, checkOld: () => Promise<void>): Promise<void> {
  const { admin, call, dryRun, note } = work;
  if (await admin.exists(call)) {
    await checkOld();
    note('bucket', 'there');
    return;
  }
  work.isMissing = dryRun;
  if (dryRun) note('bucket', 'would');
  else note('bucket', (await admin.create(call)) ? 'done' : 'there');
}

/** A store that is the whole bucket makes all of it public: not what somebody else keeps there. */
async function checkForeign({ folder, list }: Work, options: CreateOptions): Promise<void> {
  if (folder.start !== '' || options.isPrivate || options.mayExpose) return;
  for await (const _ of list(`${STATE_FOLDER}/`)) return;
  for await (const { key } of list('')) {
    const { bucket } = folder.location;
    throw new PakhusError(
      'STORE_PERMISSION',
      `s3://${bucket} holds files that are not of pakhus, such as ${key}, and everybody could read them`,
      {
        hint: `Use a folder of it (s3://${bucket}/packages) or a bucket of its own. --yes makes all of it public all the same.`,
        details: { bucket, key },
      },
    );
  }
}

async function makePrivate(work: Work): Promise<void> {
  const { admin, call, dryRun, isMissing, note } = work;
  const block = isMissing ? undefined : await admin.publicAccessBlock(call);
  if (block === UNSUPPORTED) return;
  if (block !== undefined && Object.values(block).every(Boolean)) note('private', 'there');
  else if (dryRun) note('private', 'would');
  else note('private', (await admin.putPublicAccessBlock(BLOCK_ALL, call)) ? 'done' : 'unsupported');
}

async function makeWebsite({ admin, call, dryRun, isMissing, note }: Work): Promise<void> {
  const index = isMissing ? undefined : await admin.websiteIndex(call);
  if (index === UNSUPPORTED) note('website', 'unsupported');
  else if (index !== undefined) note('website', 'there');
  else if (dryRun) note('website', 'would');
  else note('website', (await admin.putWebsite('index.html', call)) ? 'done' : 'unsupported');
}
