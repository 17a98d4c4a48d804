import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DebSpec, makeDeb } from './make-deb.ts';
import { createPakhus, type Pakhus } from './pakhus.ts';
import { readClientAnswer, sourcesIn } from './published-repository.ts';
import type { S3Server } from './s3-server.ts';

/** What a user has who publishes into a bucket that everybody may read, without any configuration. */
export interface BucketRepository extends AsyncDisposable {
  readonly pakhus: Pakhus;
  /** Where clients reach the store: the bucket itself. */
  readonly url: string;
  /** Where an object of the store is, below the bucket. */
  keyOf(path: string): string;
  /** Makes packages and publishes them in one run. */
  publish(...specs: readonly DebSpec[]): Promise<unknown>;
  /** What `pakhus client` writes for a place. */
  sources(place?: string): Promise<string>;
}

/** @param prefix Below the bucket: each test has its own. */
export async function createBucketRepository(server: S3Server, prefix: string): Promise<BucketRepository> {
  const url = `${server.endpoint}/${server.bucket}/${prefix}`;
  const PAKHUS_STORE = `${server.location(prefix)}&acl=public-read`;
  const pakhus = await createPakhus({ env: { ...server.env, PAKHUS_STORE, PAKHUS_URL: url } });
  let runs = 0;
  return {
    pakhus,
    url,
    keyOf: (path) => `${prefix}/${path}`,
    publish: async (...specs) => {
      const folder = join(pakhus.cwd, `packages-${runs++}`);
      await mkdir(folder);
      for (const spec of specs) await makeDeb(folder, spec);
      return pakhus.json('publish', folder, '--init');
    },
    sources: async (place = 'deb/stable') => sourcesIn(readClientAnswer(await pakhus.json('client', place))),
    [Symbol.asyncDispose]: () => pakhus[Symbol.asyncDispose](),
  };
}
