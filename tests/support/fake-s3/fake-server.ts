/**
 * A small S3 server in memory.
 *
 *     request ─▶ fault? ─▶ signature ─▶ may it? ─▶ one operation on the buckets ─▶ answer ─▶ fault?
 *                (faults)  (authenticate) (authorise)  (perform)
 *
 * Path style. It is strict where stores differ, and says 501 to what it does not know.
 */
import { createServer, type Server } from 'node:http';
import type { Account } from './authenticate.ts';
import { converse } from './connection.ts';
import type { DecideS3Fault } from './faults.ts';
import { createHandler, type Handler } from './handler.ts';
import { createLateness, type Lateness } from './lateness.ts';
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
  /** The server's clock, milliseconds since 1970. Default: the machine's. */
  readonly now?: () => number;
  /** What becomes of late requests. Default: they wait to be released. */
  readonly lateness?: Lateness;
}

/** A server that does not listen yet. */
export interface FakeServer {
  readonly http: Server;
  readonly handler: Handler;
  /** May do everything. */
  readonly account: Account;
  readonly bucket: string;
  readonly region: string;
  readonly lateness: Lateness;
  /** In the order of their arrival. */
  requests: readonly LoggedS3Request[];
  decide: DecideS3Fault | undefined;
}

export function createFakeServer(options: FakeS3Options = {}): FakeServer {
  const { mode = 'honest', bucket = 'packages', region = 'us-east-1', now = Date.now } = options;
  const account: Account = {
    accessKeyId: 'testaccess',
    secretAccessKey: 'testsecret',
    sessionToken: options.isSession === true ? 'testsession' : undefined,
  };
  const plusIsSpace = options.awsPaths ?? mode === 'honest';
  let arrived = 0;
  let requests: OpenEntry[] = [];
  const http = createServer((message, response) => {
    const head = readHead(message, plusIsSpace);
    if (head === undefined) {
      response.writeHead(400).end();
      return;
    }
    const entry = openEntry(head);
    requests.push(entry);
    const exchange = { head, message, response, entry, index: arrived++ };
    converse(exchange, server).catch((error) => {
      if (!message.destroyed) throw error;
    });
  });
  http.keepAliveTimeout = 60_000;
  const server: FakeServer = {
    http,
    handler: createHandler({ mode, region, account, bucket, now }),
    account,
    bucket,
    region,
    lateness: options.lateness ?? createLateness(),
    get requests() {
      return requests;
    },
    set requests(next) {
      requests = [...next];
    },
    decide: options.faults,
  };
  return server;
}
