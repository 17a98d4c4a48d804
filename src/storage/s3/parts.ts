/** Uploads and copies in parts, for what is too large for one request. Nobody sees an object before the last step. */
import { createHash } from 'node:crypto';
import { PakhusError } from '../../core/pakhus-error.ts';
import { wrongSize } from '../collect-body.ts';
import { createLine, type Line } from '../limit-concurrency.ts';
import type { ObjectInfo, ReopenableBody } from '../storage.ts';
import type { Connection } from './client.ts';
import { conditionHeaders } from './conditions.ts';
import { bareEtag, keptHeaders } from './object-info.ts';
import { objectHeaders, PIECE_BYTES, signalOf, type Upload } from './upload.ts';

const AT_ONCE = 4;
/** S3 takes 10,000; the size of the last one may differ. */
const MOST_PARTS = 9_000;
/** Large uploads under way, for they hold their parts in memory. */
const large: Line = createLine(4);

interface PartAnswer {
  readonly ETag?: string | undefined;
}

/** One part: its bytes, or where they are in the source of a copy. */
interface Part<T> {
  readonly number: number;
  readonly content: T;
}

export async function writeInParts(
  connection: Connection,
  work: Omit<Upload, 'body'> & { readonly body: ReopenableBody },
): Promise<ObjectInfo> {
  const { client, sdk, location } = connection;
  const { body, key, options } = work;
  const call = signalOf(options);
  const at = { store: location.name, key };
  await large.enter(options.signal);
  try {
    return await inParts(connection, work, {
      parts: numbered(piecesOf(body, at)),
      sizeBytes: body.sizeBytes,
      send: (part, UploadId) => {
        const input = {
          Bucket: location.bucket,
          Key: key,
          UploadId,
          PartNumber: part.number,
          Body: part.content,
          ContentLength: part.content.length,
          ContentMD5: createHash('md5').update(part.content).digest('base64'),
        };
        return connection.ask(key, call, (handling) =>
          client.send(new sdk.UploadPartCommand(input), handling),
        );
      },
    });
  } finally {
    large.leave();
  }
}

/** Makes an object of parts, or none: what was sent is thrown away when a part fails. */
export async function inParts<T>(
  connection: Connection,
  { key, options, conditions, ...rest }: Omit<Upload, 'body'>,
  source: {
    readonly parts: AsyncGenerator<Part<T>> | Generator<Part<T>>;
    readonly sizeBytes: number;
    readonly send: (part: Part<T>, uploadId: string) => Promise<PartAnswer>;
  },
): Promise<ObjectInfo> {
  const { client, sdk, location } = connection;
  const call = signalOf(options);
  const object = { Bucket: location.bucket, Key: key };
  const { UploadId = '' } = await connection.ask(key, call, (handling) =>
    client.send(
      new sdk.CreateMultipartUploadCommand({ ...object, ...objectHeaders({ options, ...rest }) }),
      handling,
    ),
  );
  try {
    const etags: string[] = [];
    const lane = async (): Promise<void> => {
      for (let step = await source.parts.next(); !step.done; step = await source.parts.next()) {
        options.signal?.throwIfAborted();
        const { ETag } = await source.send(step.value, UploadId);
        etags[step.value.number - 1] = ETag ?? '';
      }
    };
    await allOrFirstError(Array.from({ length: AT_ONCE }, lane));
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const completing = { ...object, UploadId, MultipartUpload: { Parts } };
    const condition = conditionHeaders(options, conditions.ifMatch);
    const answer = await connection.ask(key, call, (handling) =>
      client.send(new sdk.CompleteMultipartUploadCommand({ ...completing, ...condition }), handling),
    );
    return {
      key,
      sizeBytes: source.sizeBytes,
      modifiedMs: connection.dateOf(answer),
      etag: bareEtag(answer.ETag),
      ...keptHeaders(options),
    };
  } catch (error) {
    // The parts cost room until they are thrown away. Where the last step was made all the same, there is nothing left to throw.
    const thrown = connection.ask(key, {}, () =>
      client.send(new sdk.AbortMultipartUploadCommand({ ...object, UploadId })),
    );
    await thrown.catch(unlessOfStore);
    throw error;
  }
}

/** Collecting throws away what this leaves. */
function unlessOfStore(error: unknown): void {
  if (!(error instanceof PakhusError)) throw error;
}

/** Waits for all lanes also when one fails, so that nothing is sent after the parts were thrown away. */
async function allOrFirstError(lanes: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(lanes);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

async function* numbered<T>(contents: AsyncIterable<T>): AsyncGenerator<Part<T>> {
  let number = 0;
  for await (const content of contents) yield { number: ++number, content };
}

/** Bytes of one part of an object of `sizeBytes`. */
function partBytes(sizeBytes: number): number {
  return Math.max(PIECE_BYTES, Math.ceil(sizeBytes / MOST_PARTS));
}

/** The body in pieces of one part each. @throws PACKAGE_CHANGED */
async function* piecesOf(
  body: ReopenableBody,
  at: { readonly store: string; readonly key: string },
): AsyncGenerator<Uint8Array> {
  const size = partBytes(body.sizeBytes);
  let piece: Uint8Array[] = [];
  let held = 0;
  let total = 0;
  for await (const chunk of body.open()) {
    total += chunk.length;
    if (total > body.sizeBytes) throw wrongSize(at, body.sizeBytes, `at least ${total}`);
    for (let from = 0; from < chunk.length; ) {
      const taken = chunk.subarray(from, from + size - held);
      piece.push(new Uint8Array(taken));
      held += taken.length;
      from += taken.length;
      if (held < size) continue;
      yield Buffer.concat(piece, held);
      piece = [];
      held = 0;
    }
  }
  if (total !== body.sizeBytes) throw wrongSize(at, body.sizeBytes, `${total}`);
  if (held > 0) yield Buffer.concat(piece, held);
}
