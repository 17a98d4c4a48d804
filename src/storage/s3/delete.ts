/**
 * Deleting. Where it has to be over by a certain moment, the request is signed to expire then: a store that gets it later, however late,
 * refuses it by its own clock.
 */
import { checkNotLate } from '../keys.ts';
import type { CallOptions, DeleteOptions } from '../storage.ts';
import type { Connection } from './client.ts';
import { type Answer, isSuccess, refusalOf, sendRequest } from './send.ts';

/** A signature that begins in the store's future is refused; dates go by the second. */
const MARGIN_S = 60;
/** A signature is good for a week at most. */
const LONGEST_S = 7 * 24 * 3600;

export async function deleteObject(
  connection: Connection,
  key: string,
  options: DeleteOptions,
): Promise<void> {
  const { client, sdk, location } = connection;
  const command = new sdk.DeleteObjectCommand({ Bucket: location.bucket, Key: key });
  const { untilMs } = options;
  if (untilMs !== undefined) return deleteUntil(connection, { key, command, untilMs }, options);
  await connection.ask(key, options, (handling) => client.send(command, handling));
}

async function deleteUntil(
  connection: Connection,
  {
    key,
    command,
    untilMs,
  }: {
    readonly key: string;
    readonly command: InstanceType<Connection['sdk']['DeleteObjectCommand']>;
    readonly untilMs: number;
  },
  call: CallOptions,
): Promise<void> {
  const store = `s3://${connection.location.bucket}`;
  const nowMs = connection.now();
  checkNotLate({ store, key, nowMs }, { untilMs });
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const signedS = Math.floor(nowMs / 1000) - MARGIN_S;
  const expiresIn = Math.min(Math.floor(untilMs / 1000) - signedS, LONGEST_S);
  await connection.ask(key, call, async (handling) => {
    const url = await getSignedUrl(connection.client, command, {
      signingDate: new Date(signedS * 1000),
      expiresIn,
    });
    const answer = await sendRequest(connection.agents, { method: 'DELETE', url: new URL(url), ...handling });
    if (isSuccess(answer) || isAbsent(answer)) return;
    const dateMs = Date.parse(answer.headers['date'] ?? '');
    if (answer.status === 403 && !Number.isNaN(dateMs))
      checkNotLate({ store, key, nowMs: dateMs }, { untilMs: untilMs - (untilMs % 1000) });
    throw refusalOf(answer);
  });
}

function isAbsent({ status, body }: Answer): boolean {
  return status === 404 && !body.includes('NoSuchBucket');
}
