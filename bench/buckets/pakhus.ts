import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Measurement, measure } from '../measure.ts';
import { ownHome, PAKHUS, POINTERS_REST_MS } from '../pakhus.ts';
import type { Bucket, BucketPublisher } from './bucket.ts';

/** pakhus, as a runner that has its keys and nothing else. */
export function pakhusToBucket(dir: string, bucket: Bucket): BucketPublisher {
  const state = join(dir, 'pakhus-bucket');
  let prefix = '';
  const publish = (paths: readonly string[], endpoint: string): Promise<Measurement> => {
    const query = new URLSearchParams({ endpoint, region: bucket.region, pathStyle: 'true' });
    const store = `s3://${bucket.name}/${prefix}?${query}`;
    return measure({
      argv: [process.execPath, PAKHUS, 'publish', ...paths, '--store', store, '--json'],
      cwd: state,
      env: { ...ownHome(join(state, 'home')), ...bucket.env },
    });
  };
  return {
    id: 'pakhus',
    title: 'pakhus',
    first: async (folder, at) => {
      await rm(state, { recursive: true, force: true });
      await mkdir(join(state, 'home'), { recursive: true });
      prefix = at.prefix;
      return publish([folder, '--init'], at.endpoint);
    },
    again: (folder, endpoint) => publish([folder], endpoint),
    addOne: async (deb, endpoint) => {
      await sleep(POINTERS_REST_MS);
      return publish([deb], endpoint);
    },
    remove: () => rm(state, { recursive: true, force: true }),
  };
}
