/** A repository in a bucket of the S3 server in memory, whose requests are counted command by command. */
import { openStorage } from '../../src/storage/open-storage.ts';
import { startFakeS3 } from './fake-s3/fake-s3.ts';
import type { LoggedS3Request } from './fake-s3/request-log.ts';
import { createTempDir } from './temp.ts';
import { createTestUser, type TestUser } from './test-repository.ts';

export interface CountedBucket extends AsyncDisposable {
  /** Runs a command on a machine that knows nothing but its keys and its configuration, and counts what it asked. */
  count(
    command: (user: TestUser) => Promise<unknown>,
    as?: { readonly proposer: string },
  ): Promise<RequestCount>;
  /** Bytes of all objects whose key begins so. */
  bytesOf(prefix: string): Promise<number>;
  /** So many objects that nobody wants, in a folder. */
  fill(folder: string, count: number): void;
}

export interface RequestCount {
  readonly requests: number;
  readonly downBytes: number;
  readonly upBytes: number;
  /** `PutObject deb/dists/stable/InRelease`: for whoever wants to know why. */
  readonly what: readonly string[];
}

/** `settings`: of the repository `deb`, and further lines of pakhus.yaml. */
export async function createCountedBucket(
  ...settings: readonly [string, ...string[]]
): Promise<CountedBucket> {
  const s3 = await startFakeS3();
  const home = await createTempDir('bucket');
  // Two publishes of one second would wait for each other.
  let offsetMs = 0;
  const clock = {
    now: () => Date.now() + offsetMs,
    sleep: async (ms: number): Promise<void> => {
      offsetMs += ms;
      s3.setClockOffset(offsetMs);
    },
  };
  const open = () => openStorage(s3.location('repo'), { env: s3.env });
  const count: CountedBucket['count'] = async (command, as) => {
    const user = createTestUser({ store: await open(), clock, folder: home.path, ...as });
    s3.clearRequests();
    await command({ ...user, store: await open() });
    const { requests } = s3;
    await clock.sleep(1000);
    const sum = (of: (request: LoggedS3Request) => number): number =>
      requests.reduce((total, request) => total + of(request), 0);
    return {
      requests: requests.length,
      downBytes: sum(({ bytesOut }) => bytesOut),
      upBytes: sum(({ bytesIn }) => bytesIn),
      what: requests.map(({ operation, key, query }) => `${operation} ${key}${query['prefix'] ?? ''}`),
    };
  };
  await createTestUser({ store: await open(), clock, folder: home.path }).configure(...settings);
  return {
    count,
    async bytesOf(prefix) {
      let total = 0;
      for await (const { sizeBytes } of (await open()).list(prefix)) total += sizeBytes;
      return total;
    },
    fill(folder, objects) {
      for (let i = 0; i < objects; i++) {
        const key = `repo/${folder}/${String(i).padStart(64, '0')}`;
        const modifiedMs = Math.floor(clock.now() / 1000) * 1000;
        s3.find(s3.bucket)?.put({
          key,
          body: Buffer.from('old'),
          etag: 'old',
          modifiedMs,
          headers: {},
          isPublic: false,
        });
      }
    },
    async [Symbol.asyncDispose]() {
      await s3[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
