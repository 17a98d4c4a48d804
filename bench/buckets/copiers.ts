/** Programs that copy a tree which is ready: they know nothing of packages, so theirs is the time of the bytes alone. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measurement, measure } from '../measure.ts';
import { ownHome } from '../pakhus.ts';
import type { Bucket, BucketContestant } from './bucket.ts';

const BARE_SDK = fileURLToPath(new URL('./bare-sdk.ts', import.meta.url));

type Arguments = (
  folder: string,
  at: { readonly endpoint: string; readonly prefix: string },
) => readonly string[];

/** The same requests as few lines of the SDK would make, 32 at a time; it looks at nothing first. */
export function bareSdk(dir: string, bucket: Bucket): BucketContestant {
  return copier(dir, bucket, {
    id: 'sdk',
    title: 'bare SDK, 32 at a time',
    argumentsFor: (folder, { endpoint, prefix }) => [
      process.execPath,
      BARE_SDK,
      folder,
      endpoint,
      bucket.name,
      prefix,
    ],
  });
}

export function awsSync(dir: string, bucket: Bucket): BucketContestant {
  return copier(dir, bucket, {
    id: 'aws',
    title: 'aws s3 sync',
    argumentsFor: (folder, { endpoint, prefix }) => [
      'aws',
      's3',
      'sync',
      folder,
      `s3://${bucket.name}/${prefix}`,
      '--endpoint-url',
      endpoint,
      '--only-show-errors',
    ],
  });
}

export function s3cmdSync(dir: string, bucket: Bucket): BucketContestant {
  return copier(dir, bucket, {
    id: 's3cmd',
    title: 's3cmd sync',
    argumentsFor: (folder, { endpoint, prefix }) => {
      const { host } = new URL(endpoint);
      const server = [`--host=${host}`, `--host-bucket=${host}`, '--no-ssl'];
      return [
        's3cmd',
        '-c',
        '/dev/null',
        ...server,
        '-q',
        'sync',
        `${folder}/`,
        `s3://${bucket.name}/${prefix}/`,
      ];
    },
  });
}

/** rclone with what its documentation recommends for many small files. */
export function rcloneSync(dir: string, bucket: Bucket): BucketContestant {
  return copier(dir, bucket, {
    id: 'rclone',
    title: 'rclone sync, tuned',
    argumentsFor: (folder, { endpoint, prefix }) => [
      'rclone',
      `--s3-endpoint=${endpoint}`,
      '--s3-provider=Ceph',
      '--s3-env-auth',
      '--config=',
      '--checksum',
      '--fast-list',
      '--transfers=16',
      '--checkers=16',
      'sync',
      folder,
      `:s3:${bucket.name}/${prefix}`,
    ],
  });
}

function copier(
  dir: string,
  bucket: Bucket,
  {
    id,
    title,
    argumentsFor,
  }: { readonly id: string; readonly title: string; readonly argumentsFor: Arguments },
): BucketContestant {
  const home = join(dir, `${id}-bucket`);
  let prefix = '';
  const run = (folder: string, endpoint: string): Promise<Measurement> =>
    measure({ argv: argumentsFor(folder, { endpoint, prefix }), env: { ...ownHome(home), ...bucket.env } });
  return {
    id,
    title,
    first: async (folder, at) => {
      await mkdir(home, { recursive: true });
      prefix = at.prefix;
      return run(folder, at.endpoint);
    },
    again: run,
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
