/**
 * A small S3 server in memory, for tests.
 *
 *     request ─▶ fault? ─▶ signature ─▶ may it? ─▶ one operation on the buckets ─▶ answer ─▶ fault?
 *                (faults)  (authenticate) (authorise)  (perform)
 *
 * Path style, on a free port of 127.0.0.1. It is strict where stores differ, and says 501 to what it does not know.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type S3Server, s3Environment, s3Location } from '../s3-server.ts';
import type { Account } from './authenticate.ts';
import type { Bucket } from './buckets.ts';
import { converse } from './connection.ts';
import type { DecideS3Fault } from './faults.ts';
import { createHandler } from './handler.ts';
import { createLateness } from './lateness.ts';
import { type LoggedS3Request, type OpenEntry, openEntry } from './request-log.ts';
import { readHead } from './s3-request.ts';
import type { FakeS3Mode } from './semantics.ts';

export interface FakeS3Options {
  /** What the store makes of conditions. Default: honest. */
  readonly mode?: FakeS3Mode;
  /** Asked for each request. Default: nothing goes wrong. */
  readonly faults?: DecideS3Fault;
  /** Made at the start. Default: packages. */
  readonly bucket?: string;
  /** Default: us-east-1. */
  readonly region?: string;
  /** The account's credentials are of a session. Default: false. */
  readonly isSession?: boolean;
  /** A literal `+` in a path means a space. Default: as AWS, so in mode honest. */
  readonly awsPaths?: boolean;
}

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
  const { mode = 'honest', bucket = 'packages', region = 'us-east-1', isSession = false } = options;
  const account: Account = {
    accessKeyId: 'testaccess',
    secretAccessKey: 'testsecret',
    sessionToken: isSession ? 'testsession' : undefined,
  };
  const handler = createHandler({ mode, region, account, bucket });
  const lateness = createLateness();
  let decide = options.faults;
  let requests: OpenEntry[] = [];
  let arrived = 0;
  const plusIsSpace = options.awsPaths ?? mode === 'honest';
  const server = createServer((message, response) => {
    const head = readHead(message, plusIsSpace);
    if (head === undefined) {
      response.writeHead(400).end();
      return;
    }
    const entry = openEntry(head);
    requests.push(entry);
    const exchange = { head, message, response, entry, index: arrived++ };
    converse(exchange, { handler, lateness, decide: (request) => decide?.(request) }).catch((error) => {
      if (!message.destroyed) throw error;
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    ...account,
    sessionToken: account.sessionToken,
    endpoint,
    bucket,
    region,
    env: s3Environment(account, region),
    get requests() {
      return requests;
    },
    location: (prefix = '') => s3Location({ endpoint, region }, { bucket, prefix }),
    clearRequests: () => {
      requests = [];
    },
    setFaults: (next) => {
      decide = next;
    },
    releaseLate: () => lateness.release(),
    setClockOffset: (ms) => {
      handler.clockOffsetMs = ms;
    },
    expireSession: () => {
      handler.isSessionExpired = true;
    },
    addAccount: (name, policy) => {
      const added = { accessKeyId: name, secretAccessKey: `secret of ${name}`, policy };
      handler.accounts.push(added);
      return s3Environment(added, region);
    },
    find: (name) => handler.buckets.get(name),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
