/** Everybody may read a bucket: policies for everybody are let in, and ours goes in beside those of others. */
import { PakhusError } from '../../core/pakhus-error.ts';
import { UNSUPPORTED } from '../../storage/s3/bucket-admin.ts';
import type { Work } from './bucket-work.ts';
import { mergePolicies } from './merge-policies.ts';
import type { Policy } from './policies.ts';

/** AWS needs a moment until it knows everywhere that policies for everybody are not blocked any more. */
const ATTEMPTS = 6;
const WAIT_MS = 2000;

/** @throws STORE_PERMISSION */
export async function makePublic(work: Work, wanted: Policy): Promise<void> {
  const { admin, call, dryRun, isMissing, note } = work;
  const wasBlocked = await letPoliciesIn(work);
  const old = isMissing ? undefined : await admin.policy(call);
  if (old === UNSUPPORTED) {
    note('policy', 'unsupported');
    return;
  }
  const merged = mergePolicies(old, wanted);
  if (merged === undefined) note('policy', 'there');
  else if (dryRun) note('policy', 'would');
  else {
    const attempts = wasBlocked ? ATTEMPTS : 1;
    note('policy', (await putPolicy(work, { json: merged, attempts })) ? 'done' : 'unsupported');
  }
}

/** True when they were blocked. ACLs stay so. */
async function letPoliciesIn({ admin, call, dryRun, isMissing, note }: Work): Promise<boolean> {
  const block = isMissing ? undefined : await admin.publicAccessBlock(call);
  if (block === undefined || block === UNSUPPORTED) return false;
  if (!block.BlockPublicPolicy && !block.RestrictPublicBuckets) return false;
  const open = { ...block, BlockPublicPolicy: false, RestrictPublicBuckets: false };
  if (!dryRun) await admin.putPublicAccessBlock(open, call);
  note('public-access', dryRun ? 'would' : 'done');
  return true;
}

async function putPolicy(
  work: Work,
  { json, attempts }: { readonly json: string; readonly attempts: number },
): Promise<boolean> {
  const { admin, call, clock, folder } = work;
  try {
    return await admin.putPolicy(json, call);
  } catch (error) {
    if (!(error instanceof PakhusError) || error.code !== 'STORE_PERMISSION') throw error;
    if (attempts > 1) {
      await clock.sleep(WAIT_MS, call.signal);
      return putPolicy(work, { json, attempts: attempts - 1 });
    }
    throw new PakhusError('STORE_PERMISSION', `${error.message}: everybody cannot be let read it`, {
      hint:
        'The account may block public access everywhere (S3, "Block Public Access settings for this account"), or s3:PutBucketPolicy is missing. ' +
        `Without public access, put a CDN in front of s3://${folder.location.bucket} and run this with --private.`,
      cause: error,
    });
  }
}
