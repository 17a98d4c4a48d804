import type { AddressInfo } from 'node:net';
import { type S3Server, s3Environment, s3Location } from '../s3-server.ts';
import type { Bucket } from './buckets.ts';
import { createFakeServer, type FakeS3Options } from './fake-server.ts';
import type { DecideS3Fault } from './faults.ts';
import type { LoggedS3Request } from './request-log.ts';

export type { FakeS3Options };

/** The server in memory, on a free port of 127.0.0.1. */
export interface FakeS3 extends S3Server {
  /** In the order of their arrival. */
  readonly requests: readonly LoggedS3Request[];
  clearRequests(): void;
  /** Undefined: nothing goes wrong any more. */
  setFaults(decide: DecideS3Fault | undefined): void;
  /** Lets late requests arrive, in their order. Gives their number. */
  releaseLate(): number;
  /** The server's clock is off by this much. */
  setClockOffset(ms: number): void;
  expireSession(): void;
  /** Another account, which may do what the policy (IAM JSON) says. Gives what a process needs to use it. */
  addAccount(name: string, policy: string): Readonly<Record<string, string>>;
  /** A bucket as it is now, to look into. */
  find(bucket: string): Bucket | undefined;
}

export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const server = createFakeServer(options);
  const { handler, account, bucket, region, http } = server;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise<void>((resolve) => http.close(() => resolve()));
  };
  return {
    ...account,
    endpoint,
    bucket,
    region,
    env: s3Environment(account, region),
    get requests() {
      return server.requests;
    },
    location: (prefix = '') => s3Location({ endpoint, region }, { bucket, prefix }),
    clearRequests: () => {
      server.requests = [];
    },
    setFaults: (next) => {
      server.decide = next;
    },
    releaseLate: () => server.lateness.release(),
    setClockOffset: (ms) => {
      handler.clockOffsetMs = ms;
    },
    expireSession: () => {
      handler.isSessionExpired = true;
    },
    addAccount: (name, policy) => {
      const added = { accessKeyId: name, secretAccessKey: `secret-of-${name}`, policy };
      handler.accounts.push(added);
      return s3Environment(added, region);
    },
    find: (name) => handler.buckets.get(name),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
