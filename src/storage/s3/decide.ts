/**
 * Conditional writes. What became of one is decided by what lies there afterwards, never by the status alone: a lost answer may hide
 * a success, and the store then refuses the same request again because of our own object.
 *
 * ```
 * attempt ─▶ success ────────────────────────────────────────────▶ done
 *         ─▶ 412, 409, 5xx, no answer ─▶ look ─▶ our nonce ──────▶ done
 *                                             ─▶ another object ─▶ STORE_CONFLICT
 *                                             ─▶ as it was ──────▶ create: again, with the same nonce
 *                                                                  replace: again where the store has turned the request away
 * ```
 * Creating may be repeated because two requests of one nonce are one write, whichever arrives. Replacing may not when the first request
 * may still be on its way: it could arrive when the bytes, and with them the etag, are back to what they were. That is STORE_UNAVAILABLE,
 * and only the caller knows whether to go on.
 */
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions, ObjectInfo, WriteOptions } from '../storage.ts';
import type { Connection } from './client.ts';
import { newNonce } from './object-info.ts';
import { type Found, lookAt } from './read.ts';
import { answerOf } from './s3-error.ts';

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 200;
/** Two writers at once, too many requests, a service that nothing was sent to. */
const TURNED_AWAY: ReadonlySet<string> = new Set([
  'ConditionalRequestConflict',
  'OperationAborted',
  'SlowDown',
  'TooManyRequests',
  'ECONNREFUSED',
]);

/** Makes a write with a condition that the store keeps. `attempt` marks the object with the nonce. */
export async function writeConditionally(
  connection: Connection,
  key: string,
  options: WriteOptions,
  attempt: (nonce: string) => Promise<ObjectInfo>,
): Promise<ObjectInfo> {
  const nonce = newNonce();
  for (let failures = 1; ; failures++) {
    try {
      return await attempt(nonce);
    } catch (error) {
      if (!hasCode(error, 'STORE_CONFLICT', 'STORE_UNAVAILABLE', 'STORE_OBJECT_NOT_FOUND')) throw error;
      const found = await lookAt(connection, key, callOf(options)).catch((why: unknown) => {
        // Whoever may write and not look cannot find out.
        throw hasCode(why, 'STORE_PERMISSION') ? error : why;
      });
      if (found?.nonce === nonce) return found.info;
      if (!isAsItWas(found, options)) throw notMet(connection, key, found);
      const isRefused = hasCode(error, 'STORE_CONFLICT');
      if (options.ifMatch !== undefined && isRefused) throw notMet(connection, key, found);
      if (options.ifMatch !== undefined && !wasTurnedAway(error)) throw error;
      if (failures === ATTEMPTS) throw error;
    }
    const waitMs = FIRST_WAIT_MS * 2 ** (failures - 1) * Math.random();
    await connection.clock.sleep(waitMs, options.signal);
  }
}

/**
 * Looks at the condition before the write, where the store does not keep it: another writer may slip in between. Whoever may write
 * and not look, as a proposer in its own folder, has to know by itself that its names are new.
 * @throws STORE_CONFLICT
 */
export async function checkBefore(connection: Connection, key: string, options: WriteOptions): Promise<void> {
  if (options.ifAbsent !== true && options.ifMatch === undefined) return;
  try {
    const found = await lookAt(connection, key, callOf(options));
    if (!isAsItWas(found, options)) throw notMet(connection, key, found);
  } catch (error) {
    if (options.ifAbsent !== true || !hasCode(error, 'STORE_PERMISSION')) throw error;
  }
}

/** The store said itself that it has not done it. */
function wasTurnedAway({ cause }: PakhusError): boolean {
  return TURNED_AWAY.has(answerOf(cause)?.code ?? '');
}

function isAsItWas(found: Found | undefined, { ifAbsent, ifMatch }: WriteOptions): boolean {
  return ifAbsent === true ? found === undefined : found?.info.etag === ifMatch;
}

function notMet(connection: Connection, key: string, found: Found | undefined): PakhusError {
  const store = `s3://${connection.location.bucket}`;
  const why = found === undefined ? 'the object is gone' : 'there is another object than the condition says';
  return new PakhusError('STORE_CONFLICT', `${store}: ${key}: ${why}`, { details: { store, key } });
}

function callOf({ signal }: WriteOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}
