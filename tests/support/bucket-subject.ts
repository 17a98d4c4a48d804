import { prefixStorage } from '../../src/storage/prefix.ts';
import { parseS3Location } from '../../src/storage/s3/location.ts';
import { openS3Storage } from '../../src/storage/s3.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { Deviations } from '../../src/testing/storage-case.ts';
import type { S3Server } from './s3-server.ts';
import type { CreateSubject } from './storage-subjects.ts';

/** What no bucket does, and why. */
export const OF_BUCKETS: Deviations = {
  'in a directory, a name that is written again gets a new whole second': 'a bucket has only its clock',
  'every write gives a new etag, also of the same bytes': 'an etag is a digest of the bytes',
};

export const WITHOUT_LOCK: readonly string[] = [
  'exclusive runs one work at a time, on all handles',
  'exclusive gives what its work gives, its error too, and lets the next one in',
  'work inside exclusive may do everything, exclusive too',
  'whoever waits for exclusive may give up',
];

export const WITHOUT_CREATE: readonly string[] = [
  'of many that create one object at once exactly one wins, and the object is the winner’s',
  'of many that copy to one new key at once exactly one wins',
];

export const WITHOUT_REPLACE: readonly string[] = [
  'of many that replace what they read at once exactly one wins',
  'a counter that is replaced with ifMatch loses no step',
];

let subjects = 0;

/** A new folder of the server's bucket for each case; what the store can do is tried once. */
export function bucketSubject(
  getServer: () => Pick<S3Server, 'env' | 'location'>,
  options: {
    readonly writers?: 'many' | 'one';
    readonly wrap?: (storage: Storage) => Storage;
    readonly leftovers?: () => readonly string[];
  } = {},
): CreateSubject {
  const { writers = 'many', wrap = (storage) => storage, leftovers = () => [] } = options;
  return async () => {
    const server = getServer();
    const location = parseS3Location(server.location(), {});
    const folder = `case-${++subjects}`;
    const open = async (): Promise<Storage> =>
      wrap(prefixStorage(await openS3Storage({ location, env: server.env, writers }), folder));
    const storage = await open();
    // The first write tries what the store can do.
    await storage.write('first', new Uint8Array());
    await storage.delete('first');
    return { storage, open, leftovers: async () => leftovers(), close: async () => undefined };
  };
}
