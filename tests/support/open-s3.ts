import { parseS3Location } from '../../src/storage/s3/location.ts';
import { openS3Storage, type S3StorageOptions } from '../../src/storage/s3.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { S3Server } from './s3-server.ts';

/** The driver on a test's server. Waiting takes no time. */
export function openS3(
  server: Pick<S3Server, 'env' | 'location'>,
  { prefix, ...options }: Omit<Partial<S3StorageOptions>, 'location'> & { readonly prefix?: string } = {},
): Promise<Storage> {
  return openS3Storage({
    location: parseS3Location(server.location(prefix), {}),
    env: server.env,
    clock: { now: () => Date.now(), sleep: async (_ms, signal) => signal?.throwIfAborted() },
    ...options,
  });
}
