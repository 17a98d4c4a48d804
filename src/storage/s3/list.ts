/** Listing, a thousand objects at a time. Objects whose key the port does not take (`folder/`) are somebody else's, and passed by. */
import { isKey } from '../keys.ts';
import type { ListOptions, ObjectInfo } from '../storage.ts';
import type { Connection } from './client.ts';
import { bareEtag, secondOf } from './object-info.ts';

export async function* listObjects(
  connection: Connection,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ObjectInfo> {
  const { client, sdk, location } = connection;
  const { startAfter, pageSize, signal } = options;
  let token: string | undefined;
  do {
    const command = new sdk.ListObjectsV2Command({
      Bucket: location.bucket,
      Prefix: prefix,
      ...(startAfter !== undefined && startAfter !== '' && { StartAfter: startAfter }),
      ...(token !== undefined && { ContinuationToken: token }),
      ...(pageSize !== undefined && { MaxKeys: Math.min(pageSize, 1000) }),
    });
    const answer = await connection.ask(undefined, options, (handling) => client.send(command, handling));
    for (const { Key, Size, LastModified, ETag } of answer.Contents ?? []) {
      signal?.throwIfAborted();
      if (Key === undefined || !isKey(Key)) continue;
      yield { key: Key, sizeBytes: Size ?? 0, modifiedMs: secondOf(LastModified), etag: bareEtag(ETag) };
    }
    token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
  } while (token !== undefined);
}
