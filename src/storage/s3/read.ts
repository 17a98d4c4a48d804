/** Looking at objects, and their bytes. */
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import { clampRange } from '../range.ts';
import type { CallOptions, ObjectInfo, ReadOptions, ReadResult } from '../storage.ts';
import type { Connection } from './client.ts';
import { infoOf, nonceOf } from './object-info.ts';
import { answerOf } from './s3-error.ts';

/** What lies at a key. */
export interface Found {
  readonly info: ObjectInfo;
  /** Of the write that made it: see `metadataOf`. */
  readonly nonce: string | undefined;
}

/** Absent: STORE_OBJECT_NOT_FOUND. */
export async function findObject(connection: Connection, key: string, call: CallOptions): Promise<Found> {
  const { client, sdk, location } = connection;
  try {
    const input = { Bucket: location.bucket, Key: key };
    const answer = await connection.ask(key, call, (options) =>
      client.send(new sdk.HeadObjectCommand(input), options),
    );
    return { info: infoOf(key, answer), nonce: nonceOf(answer) };
  } catch (error) {
    if (!isMute(error)) throw error;
    // The answer to a HEAD has no body that could say why.
    const { info, body } = await readObject(connection, key, { ...call, range: { offset: 0, length: 1 } });
    await body[Symbol.asyncIterator]().return?.();
    return { info, nonce: undefined };
  }
}

/** Like {@link findObject}; undefined: there is none. */
export async function lookAt(
  connection: Connection,
  key: string,
  call: CallOptions,
): Promise<Found | undefined> {
  try {
    return await findObject(connection, key, call);
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

function isMute(error: unknown): boolean {
  if (!(error instanceof PakhusError)) return false;
  const status = answerOf(error.cause)?.status;
  return status !== undefined && status >= 300 && status < 500 && status !== 404;
}

export async function readObject(
  connection: Connection,
  key: string,
  options: ReadOptions,
): Promise<ReadResult> {
  const { client, sdk, location } = connection;
  const range = rangeHeader(options.range);
  if (range === 'nothing')
    return { info: (await findObject(connection, key, options)).info, body: nothing() };
  const input = { Bucket: location.bucket, Key: key, ...(range !== undefined && { Range: range }) };
  try {
    const answer = await connection.ask(key, options, (handler) =>
      client.send(new sdk.GetObjectCommand(input), handler),
    );
    const info = infoOf(key, answer);
    const { start, end } = clampRange(info.sizeBytes, options.range);
    const { Body: stream } = answer;
    if (!isReadable(stream)) throw new TypeError('the SDK gave a body that is no stream');
    return { info, body: bodyOf(connection, { stream, key, length: end - start, signal: options.signal }) };
  } catch (error) {
    if (!(error instanceof PakhusError) || answerOf(error.cause)?.status !== 416) throw error;
    // Nothing of the object is in the range.
    return { info: (await findObject(connection, key, options)).info, body: nothing() };
  }
}

function rangeHeader(range: ReadOptions['range']): string | undefined {
  if (range === undefined) return undefined;
  clampRange(0, range);
  const { offset, length } = range;
  if (length === 0) return 'nothing';
  const last = offset + length - 1;
  return Number.isSafeInteger(last) ? `bytes=${offset}-${last}` : `bytes=${offset}-`;
}

interface Download {
  readonly stream: NodeJS.ReadableStream & { destroy(error?: Error): void };
  readonly key: string;
  /** Bytes that have to come. */
  readonly length: number;
  readonly signal: AbortSignal | undefined;
}

/** `return()` frees the socket also when nothing was read yet, which an async generator would not do. */
function bodyOf(
  connection: Connection,
  { stream, key, length, signal }: Download,
): AsyncIterableIterator<Uint8Array> {
  const source = stream[Symbol.asyncIterator]();
  let left = length;
  const fail = (error: unknown): never => {
    stream.destroy();
    signal?.throwIfAborted();
    throw connection.toError(error, key);
  };
  // Whoever has abandoned the body does not want to hear of the socket.
  stream.on('error', () => undefined);
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (signal?.aborted) fail(signal.reason);
    const step = await source.next().catch(fail);
    if (!step.done) left -= step.value.length;
    if (left < 0 || (step.done && left > 0)) fail(wrongLength());
    return step.done ? { done: true, value: undefined } : { done: false, value: asBytes(step.value) };
  };
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next,
    return: async () => {
      stream.destroy();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Closed in the middle; or a store that sends all where a range was asked for. */
function wrongLength(): Error {
  return Object.assign(new Error('more or fewer bytes came than were announced'), { code: 'ECONNRESET' });
}

function asBytes(chunk: string | Uint8Array): Uint8Array {
  if (typeof chunk === 'string') throw new TypeError('the SDK gave text where bytes were asked for');
  return chunk;
}

function isReadable(body: unknown): body is Download['stream'] {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'destroy' in body;
}
