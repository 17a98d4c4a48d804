/**
 * The SDK, loaded when the first bucket is opened, and what every request has in common.
 *
 * - One attempt each: trying again is a wrapper's matter, and a conditional write is decided by looking, not by repeating.
 * - No checksums in trailers: many stores answer 501 or 411. Uploads carry Content-MD5 and a signed SHA-256 instead.
 * - Every answer tells the store's time: presigned requests are signed with it, and written objects are dated by it.
 */
import type * as Sdk from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { Clock } from '../../core/clock.ts';
import type { CallOptions } from '../storage.ts';
import { learnAddress } from './address.ts';
import type { S3Location } from './location.ts';
import { createPutBytes, type PutBytes } from './put-bytes.ts';
import { answerOf, s3Error, type Where } from './s3-error.ts';
import { type Agents, createAgents, type Handling, IDLE_MS } from './send.ts';

const CONNECT_MS = 10_000;

export interface Connection {
  readonly sdk: typeof Sdk;
  readonly client: S3Client;
  readonly location: S3Location;
  readonly agents: Agents;
  readonly clock: Clock;
  /** Makes one request; its failures are the port's errors, and an aborted signal's reason. */
  ask<T>(key: string | undefined, call: CallOptions, request: (options: Handling) => Promise<T>): Promise<T>;
  /** Milliseconds since 1970 by the store's clock, as far as its answers have told; they do so by the second. */
  now(): number;
  /** When the store gave this answer of the SDK, by its clock. */
  dateOf(answer: object): number;
  /** How bytes are put without the SDK; undefined: not yet, or not at all. Within `ask`. */
  putBytes(): PutBytes | undefined;
  /** How the store names itself in its answers. */
  server(): string;
  /** An error of the SDK, of the network or of the store as the port's error; anything else as it is. */
  toError(error: unknown, key: string | undefined): unknown;
}

/** The SDK would tell standard error of what is told as an error already. */
const SILENT: NonNullable<S3ClientConfig['logger']> = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export async function connect(
  location: S3Location,
  { clock, env }: { readonly clock: Clock; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const credentials = credentialsOf(env);
  const { region, endpoint, pathStyle } = location;
  const agents = createAgents();
  const client = new sdk.S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      httpAgent: agents.http,
      httpsAgent: agents.https,
    },
  });
  let aheadMs = 0;
  let server = '';
  /** Of responses, then of what the SDK makes of them. */
  const dates = new WeakMap<object, number>();
  const hear = (headers: Readonly<Record<string, string | undefined>>): number => {
    const dateMs = Date.parse(headers['date'] ?? '');
    if (!Number.isNaN(dateMs)) aheadMs = distance(dateMs, clock.now());
    server = headers['server'] ?? server;
    return Number.isNaN(dateMs) ? wholeSecond(clock.now()) : dateMs;
  };
  // Next to the network, so that refusals are heard as well; there is no output yet.
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (hasHeaders(response)) dates.set(response, hear(response.headers));
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'pakhusHear' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response, output } = result;
      const dateMs = hasHeaders(response) ? dates.get(response) : undefined;
      if (output !== undefined && dateMs !== undefined) dates.set(output, dateMs);
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'pakhusDate' },
  );

  const addressOf = learnAddress(client);
  let putBytes: PutBytes | undefined;
  const now = (): number => clock.now() + aheadMs;

  const where: Where = {
    store: `s3://${location.bucket}`,
    bucket: location.bucket,
    endpoint: endpoint ?? 'Amazon S3',
  };
  const toError: Connection['toError'] = (error, key) => s3Error(error, { ...where, key });
  const attempt = async <T>(call: CallOptions, request: (options: Handling) => Promise<T>): Promise<T> => {
    call.signal?.throwIfAborted();
    try {
      return await request(call.signal === undefined ? {} : { abortSignal: call.signal });
    } catch (error) {
      call.signal?.throwIfAborted();
      throw error;
    }
  };
  return {
    sdk,
    client,
    location,
    agents,
    clock,
    async ask(key, call, request) {
      try {
        return await attempt(call, request).catch((error: unknown) => {
          // By now the SDK knows how far the clocks are apart.
          if (answerOf(error)?.code !== 'RequestTimeTooSkewed') throw error;
          return attempt(call, request);
        });
      } catch (error) {
        throw toError(error, key);
      }
    },
    now,
    dateOf: (answer) => dates.get(answer) ?? wholeSecond(now()),
    putBytes: () => {
      const address = addressOf();
      if (address !== undefined) putBytes ??= createPutBytes({ client, agents, now, hear }, address);
      return putBytes;
    },
    server: () => server,
    toError,
  };
}

/** Undefined: the SDK looks where the AWS tools look: profiles, single sign-on, web identity, the machine's role. */
function credentialsOf(
  env: Readonly<Record<string, string | undefined>>,
):
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
  | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

/** Clocks that differ by less than what a whole second hides count as one. */
function distance(theirsMs: number, oursMs: number): number {
  const aheadMs = theirsMs - oursMs;
  return aheadMs > -2000 && aheadMs < 1000 ? 0 : aheadMs;
}

function wholeSecond(ms: number): number {
  return ms - (ms % 1000);
}

function hasHeaders(response: unknown): response is { readonly headers: Record<string, string> } {
  return typeof response === 'object' && response !== null && 'headers' in response;
}
