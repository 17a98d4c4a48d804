/**
 * Writing objects.
 *
 * ```
 * up to 8 MiB                     one request, from memory, without the SDK (put-bytes.ts)
 * more, no condition              parts of 8 MiB, four at a time; given up when one fails
 * more, with a condition          parts, where the store keeps the condition of their last step; else one streamed request,
 *                                 after a first pass over the source for its digests
 * ```
 * Every request carries digests of its bytes, so that the store refuses what was damaged on its way.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { collectBody, wrongSize } from '../collect-body.ts';
import type { ObjectInfo, ReopenableBody } from '../storage.ts';
import type { Connection } from './client.ts';
import { conditionHeaders } from './conditions.ts';
import { bareEtag, keptHeaders } from './object-info.ts';
import { writeInParts } from './parts.ts';
import type { Handling } from './send.ts';
import {
  objectHeaders,
  PIECE_BYTES,
  type PutAnswer,
  type PutHeaders,
  signalOf,
  type Upload,
} from './upload.ts';

/** Largest object that one request may bring. */
const ONE_REQUEST_BYTES = 5 * 1024 ** 3;

/** Writes, and gives the condition to the store where there is one. Its refusal is STORE_CONFLICT, which may hide a success. */
export async function makeUpload(connection: Connection, { body, ...rest }: Upload): Promise<ObjectInfo> {
  const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
  const { key, options, conditions } = rest;
  if (sizeBytes <= PIECE_BYTES || body instanceof Uint8Array) {
    const bytes = await collectBody(body, { ...signalOf(options), store: connection.location.name, key });
    return putBytes(connection, bytes, rest);
  }
  const isConditional = options.ifAbsent === true || options.ifMatch !== undefined;
  const keepsCondition = options.ifAbsent === true && conditions.uploads;
  const inParts = !isConditional || keepsCondition || sizeBytes > ONE_REQUEST_BYTES;
  return inParts ? writeInParts(connection, { ...rest, body }) : putStream(connection, body, rest);
}

type Rest = Omit<Upload, 'body'>;

async function putBytes(connection: Connection, bytes: Uint8Array, rest: Rest): Promise<ObjectInfo> {
  const md5 = createHash('md5').update(bytes).digest('base64');
  const { key } = rest;
  const putAlone = connection.putBytes();
  const content = { sizeBytes: bytes.length, md5 };
  if (putAlone === undefined) return put(connection, rest, content, viaSdk(connection, { key, body: bytes }));
  return put(connection, rest, content, (headers, handling) => putAlone({ key, bytes, headers }, handling));
}

async function putStream(connection: Connection, body: ReopenableBody, rest: Rest): Promise<ObjectInfo> {
  const { md5, sha256 } = await digestsOf(connection, body, rest);
  const stream = Readable.from(body.open(), { objectMode: false });
  const failed = Promise.withResolvers<never>();
  stream.on('error', failed.reject);
  failed.promise.catch(() => undefined);
  const stop = new AbortController();
  const signal = rest.options.signal ? AbortSignal.any([rest.options.signal, stop.signal]) : stop.signal;
  const call = { ...rest, options: { ...rest.options, signal } };
  const { sizeBytes } = body;
  const send = viaSdk(connection, { key: rest.key, body: stream, sizeBytes, sha256 });
  const written = put(connection, call, { sizeBytes, md5 }, send);
  try {
    return await Promise.race([written, failed.promise]);
  } catch (error) {
    // What the source threw ends the request, and reaches the caller as it is.
    stop.abort(error);
    await written.catch(() => undefined);
    throw error;
  } finally {
    stream.destroy();
  }
}

async function digestsOf(
  { location }: Connection,
  body: ReopenableBody,
  { key, options }: Rest,
): Promise<{ readonly md5: string; readonly sha256: string }> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  let total = 0;
  for await (const chunk of body.open()) {
    options.signal?.throwIfAborted();
    total += chunk.length;
    if (total > body.sizeBytes) break;
    md5.update(chunk);
    sha256.update(chunk);
  }
  if (total !== body.sizeBytes) throw wrongSize({ store: location.name, key }, body.sizeBytes, `${total}`);
  return { md5: md5.digest('base64'), sha256: sha256.digest('hex') };
}

/** Sends the bytes with these headers. */
type Send = (headers: PutHeaders, handling: Handling) => Promise<PutAnswer>;

async function put(
  connection: Connection,
  { key, options, conditions, ...rest }: Rest,
  { sizeBytes, md5 }: { readonly sizeBytes: number; readonly md5: string },
  send: Send,
): Promise<ObjectInfo> {
  const headers = {
    ContentMD5: md5,
    ...objectHeaders({ options, ...rest }),
    ...conditionHeaders(options, conditions.ifMatch),
  };
  const { ETag, dateMs } = await connection.ask(key, signalOf(options), (handling) =>
    send(headers, handling),
  );
  return { key, sizeBytes, modifiedMs: dateMs, etag: bareEtag(ETag), ...keptHeaders(options) };
}

/** The SDK signs the SHA-256 of bytes in memory by itself. */
function viaSdk(
  connection: Connection,
  content: {
    readonly key: string;
    readonly body: Uint8Array | Readable;
    readonly sizeBytes?: number;
    readonly sha256?: string;
  },
): Send {
  const { client, sdk, location } = connection;
  const { key, body, sizeBytes, sha256 } = content;
  return async (headers, handling) => {
    const input = { Bucket: location.bucket, Key: key, Body: body, ...headers };
    const command = new sdk.PutObjectCommand({
      ...input,
      ...(sizeBytes !== undefined && { ContentLength: sizeBytes }),
    });
    if (sha256 !== undefined) signDigest(command, sha256);
    const answer = await client.send(command, handling);
    return { ETag: answer.ETag, dateMs: connection.dateOf(answer) };
  };
}

/** The digest of a stream, which the SDK would leave out of the signature. */
function signDigest(
  { middlewareStack }: InstanceType<Connection['sdk']['PutObjectCommand']>,
  sha256: string,
): void {
  middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'pakhusDigest' },
  );
}
