/** `pakhus store create`. */
import type { CreateStep } from '../../repository/buckets/bucket-work.ts';
import { type CreateResult, createStore } from '../../repository/buckets/create-store.ts';
import { type Command, defineCommand } from '../command.ts';
import { flag } from '../inputs.ts';

export const storeCreate: Command = defineCommand({
  inputs: {
    private: flag('nobody reads it without signing in: for a bucket behind a CDN that does'),
    website: flag('a static website: folders show their index.html'),
    yes: flag('go on although other files in the bucket become public'),
  },
  description:
    'Makes the bucket that `store:` names and lets everybody read all of it but the state; a bucket of its own for the state gets everything ' +
    'public blocked. It says what it did, does only what is missing, and leaves statements of others in the policy alone. Run it again ' +
    'after you have added a repository to a store that is a folder of a bucket.',
  examples: [
    ["pakhus store create --store 's3://packages?region=eu-west-1'", 'a public bucket'],
    ['pakhus store create --private', 'for CloudFront with origin access control'],
  ],
  changes: true,
  run: async (context, { private: isPrivate, website, yes }) => {
    const { env, clock, signal, flags } = context;
    const { dryRun } = flags;
    const options = { env, clock, isPrivate, website, mayExpose: yes, dryRun, signal };
    return { dryRun, ...(await createStore(await context.config(), options)) };
  },
  render: ({ steps, url, dryRun }: CreateResult & { readonly dryRun: boolean }, { palette }) => [
    ...steps.map(
      (step) => `s3://${step.bucket}: ${palette[step.outcome === 'done' ? 'good' : 'faint'](inWords(step))}`,
    ),
    ...(dryRun ? ['Nothing was changed.'] : []),
    ...(url === null ? [] : [`${palette.faint('At')}     ${url}`]),
    ...(dryRun ? [] : [`${palette.faint('Check')}  ${palette.code('pakhus store check')}`]),
  ],
});

function inWords({ what, outcome }: CreateStep): string {
  if (outcome === 'unsupported') return `${UNSUPPORTED[what]}: the store has no such thing`;
  return { done: DONE, there: THERE, would: WOULD }[outcome][what];
}

const DONE: Readonly<Record<CreateStep['what'], string>> = {
  bucket: 'made the bucket',
  'public-access': 'lifted the block of public policies',
  policy: 'everybody may read all but the state now',
  private: 'blocked everything public',
  website: 'is a website now, index.html',
};
const THERE: Readonly<Record<CreateStep['what'], string>> = {
  bucket: 'the bucket is there',
  'public-access': 'public policies are not blocked',
  policy: 'everybody may read all but the state',
  private: 'everything public is blocked',
  website: 'is a website',
};
const WOULD: Readonly<Record<CreateStep['what'], string>> = {
  bucket: 'would make the bucket',
  'public-access': 'would lift the block of public policies',
  policy: 'would let everybody read all but the state',
  private: 'would block everything public',
  website: 'would make it a website',
};
const UNSUPPORTED: Readonly<Record<CreateStep['what'], string>> = {
  bucket: 'buckets',
  'public-access': 'blocks of public policies',
  policy: 'no policy says who may read: use acl=public-read in the location',
  private: 'blocks of what is public',
  website: 'a website',
};
