/**
 * Copies within a bucket.
 *
 * ```
 * no condition                        the store copies by itself; in parts beyond 1 GiB
 * with one that copies keep           the same, and decided as every conditional write is
 * with one that only writes keep      read and written again, so that exactly one of many wins
 * with one that nothing keeps         looked at before
 * ```
 */
import type { ObjectInfo, WriteOptions } from '../storage.ts';
import type { Connection } from './client.ts';
import { conditionHeaders } from './conditions.ts';
import { bareEtag, keptHeaders, secondOf } from './object-info.ts';
import { inParts } from './parts.ts';
import { findObject, readObject } from './read.ts';
import { objectHeaders, signalOf, type Upload } from './upload.ts';

/** Largest object that is copied in one request, or one part of a larger one: 5 GiB would do, but say nothing for long. */
const ONE_REQUEST_BYTES = 1024 ** 3;

/** A copy, ready to be made: where it comes from, and what is written. */
export interface Copying extends Omit<Upload, 'body'> {
  readonly from: string;
  readonly source: ObjectInfo;
}

/** Looks at the source; what the destination keeps is the source's, unless one of the three is given. Absent: STORE_OBJECT_NOT_FOUND. */
export async function lookAtSource(
  connection: Connection,
  from: string,
  options: WriteOptions,
): Promise<{ readonly source: ObjectInfo; readonly options: WriteOptions }> {
  const { info } = await findObject(connection, from, signalOf(options));
  const { contentType, cacheControl, meta } = options;
  const isGiven = contentType !== undefined || cacheControl !== undefined || meta !== undefined;
  return { source: info, options: isGiven ? options : { ...keptHeaders(info), ...options } };
}

/** The source's bytes, for a store that keeps conditions of writes only. */
export function sourceBody(
  connection: Connection,
  { from, source, options }: Pick<Copying, 'from' | 'source' | 'options'>,
): { readonly sizeBytes: number; open(): AsyncIterable<Uint8Array> } {
  return {
    sizeBytes: source.sizeBytes,
    open: async function* () {
      yield* (await readObject(connection, from, signalOf(options))).body;
    },
  };
}

/** The store copies by itself. Its refusal is STORE_CONFLICT, which may hide a success. */
export async function copyInside(connection: Connection, work: Copying): Promise<ObjectInfo> {
  const { client, sdk, location } = connection;
  const { from, source, key, options, conditions } = work;
  if (source.sizeBytes > ONE_REQUEST_BYTES) return copyInParts(connection, work);
  const command = new sdk.CopyObjectCommand({
    Bucket: location.bucket,
    Key: key,
    CopySource: copySource(connection, from),
    MetadataDirective: 'REPLACE',
    ...objectHeaders(work),
    ...conditionHeaders(options, conditions.ifMatch),
  });
  const answer = await connection.ask(undefined, signalOf(options), (handling) =>
    client.send(command, handling),
  );
  const { ETag, LastModified } = answer.CopyObjectResult ?? {};
  return {
    key,
    sizeBytes: source.sizeBytes,
    modifiedMs: LastModified === undefined ? connection.dateOf(answer) : secondOf(LastModified),
    etag: bareEtag(ETag),
    ...keptHeaders(options),
  };
}

/** The same in parts of `partBytes`. */
export function copyInParts(
  connection: Connection,
  work: Copying,
  partBytes: number = ONE_REQUEST_BYTES,
): Promise<ObjectInfo> {
  const { client, sdk, location } = connection;
  const { from, source, key, options } = work;
  return inParts(connection, work, {
    parts: rangesOf(source.sizeBytes, partBytes),
    sizeBytes: source.sizeBytes,
    send: async (part, UploadId) => {
      const command = new sdk.UploadPartCopyCommand({
        Bucket: location.bucket,
        Key: key,
        UploadId,
        PartNumber: part.number,
        CopySource: copySource(connection, from),
        CopySourceRange: part.content,
      });
      const answer = await connection.ask(from, signalOf(options), (handling) =>
        client.send(command, handling),
      );
      return answer.CopyPartResult ?? {};
    },
  });
}

function* rangesOf(
  sizeBytes: number,
  partBytes: number,
): Generator<{ readonly number: number; readonly content: string }> {
  for (let at = 0, number = 1; at < sizeBytes; at += partBytes, number++) {
    yield { number, content: `bytes=${at}-${Math.min(at + partBytes, sizeBytes) - 1}` };
  }
}

/** Of a header, so it has to be encoded; the SDK leaves that to us. */
function copySource({ location }: Connection, key: string): string {
  return `${location.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}
