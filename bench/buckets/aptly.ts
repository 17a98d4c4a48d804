import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GpgHome } from '../gpg-home.ts';
import { inSequence, type Measurement, measure } from '../measure.ts';
import type { Bucket, BucketPublisher } from './bucket.ts';

/** aptly: `repo add` into its pool on disk, then `publish` to the bucket, gz and bz2, without Contents. */
export function aptlyToBucket(
  dir: string,
  { bucket, gpg }: { readonly bucket: Bucket; readonly gpg: GpgHome },
): BucketPublisher {
  const state = join(dir, 'aptly-bucket');
  const config = join(state, 'aptly.conf');
  const sign = [`-gpg-key=${gpg.fingerprint}`, '-batch'];
  let prefix = '';
  const run = (...args: readonly string[]): Promise<Measurement> =>
    measure({ argv: ['aptly', `-config=${config}`, ...args], env: gpg.env });
  const reach = (endpoint: string): Promise<void> =>
    writeFile(config, configuration(state, { bucket, endpoint, prefix }));
  return {
    id: 'aptly',
    title: 'aptly gz + bz2',
    first: async (folder, at) => {
      await rm(state, { recursive: true, force: true });
      await mkdir(state, { recursive: true });
      prefix = at.prefix;
      await reach(at.endpoint);
      await run('repo', 'create', '-distribution=t', '-component=main', 'r');
      return inSequence([
        await run('repo', 'add', 'r', folder),
        await run('publish', 'repo', ...sign, '-architectures=amd64', 'r', 's3:bench:'),
      ]);
    },
    again: async (_, endpoint) => {
      await reach(endpoint);
      return run('publish', 'update', ...sign, 't', 's3:bench:');
    },
    addOne: async (deb, endpoint) => {
      await reach(endpoint);
      return inSequence([
        await run('repo', 'add', 'r', deb),
        await run('publish', 'update', ...sign, 't', 's3:bench:'),
      ]);
    },
    remove: () => rm(state, { recursive: true, force: true }),
  };
}

/** https://www.aptly.info/doc/configuration/ */
function configuration(
  rootDir: string,
  { bucket, ...at }: { readonly bucket: Bucket; readonly endpoint: string; readonly prefix: string },
): string {
  const place = {
    region: bucket.region,
    bucket: bucket.name,
    ...at,
    acl: 'private',
    awsAccessKeyID: bucket.accessKeyId,
    awsSecretAccessKey: bucket.secretAccessKey,
  };
  return JSON.stringify({
    rootDir,
    gpgProvider: 'gpg',
    skipContentsPublishing: true,
    S3PublishEndpoints: { bench: place },
  });
}
