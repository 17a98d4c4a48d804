import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { send } from '../fake-s3/fake-s3-kit.ts';
import { type S3Credentials, type S3Server, s3Environment, s3Location } from '../s3-server.ts';

/** Servers that other people wrote, each with one empty bucket, on free ports and in a folder that goes away with them. */

const BUCKET = 'packages';
const REGION = 'us-east-1';

/**
 * Runs a script of this folder, whose first argument is the port of the S3 interface. It ends with this process, however that ends.
 * @param ports How many free ports it is given.
 * @param args What follows the ports.
 */
export async function startStoreScript(
  script: string,
  {
    ports,
    credentials,
    args = [],
  }: {
    readonly ports: number;
    readonly credentials: S3Credentials;
    readonly args?: readonly string[];
  },
): Promise<S3Server> {
  const free = await findFreePorts(ports);
  const child = spawn(join(import.meta.dirname, script), [...free.map(String), ...args]);
  const complaints = text(child.stderr);
  const closed = once(child, 'close');
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (line.value !== 'ready') throw new Error(`${script} did not start: ${await complaints}`);
  return createBucket(`http://127.0.0.1:${free[0]}`, credentials, () => stop(child, closed));
}

/** A server that runs already, as a store for tests. */
export async function createBucket(
  endpoint: string,
  credentials: S3Credentials,
  stop: () => Promise<void>,
): Promise<S3Server> {
  const place = { endpoint, region: REGION };
  const server: S3Server = {
    ...credentials,
    ...place,
    sessionToken: undefined,
    bucket: BUCKET,
    env: s3Environment(credentials, REGION),
    location: (prefix) => s3Location(place, { bucket: BUCKET, prefix }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
  const answer = await send(server, 'PUT');
  if (!answer.ok) throw new Error(`no bucket could be made: ${answer.status} ${await answer.text()}`);
  return server;
}

async function stop(child: ChildProcessWithoutNullStreams, closed: Promise<unknown>): Promise<void> {
  child.stdin.end();
  await closed;
}

/** Ports of 127.0.0.1 that nobody listened on a moment ago. */
async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      if (address === null || typeof address === 'string') throw new Error('a test server has no port');
      return address.port;
    }),
  );
}
