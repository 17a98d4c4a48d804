/**
 * What a store makes of conditions, found by trying: documents and headers promise what some stores do not keep.
 *
 * ```
 * create twice        the second one must be refused, and the first one's bytes must be there    else: none at all
 * 16 create at once   exactly one wins, and its bytes are there                                   else: none at all
 * replace             with the etag in quotes, or bare, whichever is met; a stale etag and an absent object must be refused
 * copy, parts         onto an object that is there: must be refused                               else: only plain writes are trusted
 * ```
 */
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { CallOptions, ObjectInfo, WriteOptions } from '../storage.ts';
import type { Connection } from './client.ts';
import { type Conditions, noConditions } from './conditions.ts';
import { copyInside } from './copy.ts';
import { deleteObject } from './delete.ts';
import { newNonce } from './object-info.ts';
import { inParts } from './parts.ts';
import { lookAt } from './read.ts';
import { answerOf } from './s3-error.ts';
import { makeUpload } from './write.ts';

const RACERS = 16;
/** How the conditions are written while it is not known what comes of them. */
const ALL: Conditions = { createIfAbsent: true, ifMatch: 'quoted', copies: true, uploads: true };

/**
 * Tries, with objects below `prefix` that are deleted afterwards.
 * @throws STORE_* when the store cannot be asked
 */
export async function probeConditions(
  connection: Connection,
  prefix: string,
  call: CallOptions,
): Promise<Conditions> {
  const name = `${prefix}probe-${newNonce()}`;
  const keys = { once: `${name}-a`, raced: `${name}-b`, absent: `${name}-c` };
  const probe = createProbe(connection, call);
  try {
    const lack = (await probe.creates(keys.once)) ?? (await probe.races(keys.raced));
    if (lack !== undefined) return noConditions(lack);
    return {
      createIfAbsent: true,
      ifMatch: await probe.replaces(keys),
      copies: await probe.copies({ from: keys.once, to: keys.raced }),
      uploads: await probe.uploads(keys.once),
    };
  } finally {
    for (const key of Object.values(keys)) await deleteObject(connection, key, call);
  }
}

interface Probe {
  /** What is wrong; undefined: nothing. */
  creates(key: string): Promise<string | undefined>;
  races(key: string): Promise<string | undefined>;
  replaces(keys: { readonly once: string; readonly absent: string }): Promise<Conditions['ifMatch']>;
  copies(keys: { readonly from: string; readonly to: string }): Promise<boolean>;
  uploads(key: string): Promise<boolean>;
}

function createProbe(connection: Connection, call: CallOptions): Probe {
  const write = (
    key: string,
    options: WriteOptions,
    ifMatch: Conditions['ifMatch'] = 'quoted',
  ): Promise<Tried> => {
    const nonce = newNonce();
    const work = { key, body: Buffer.from(nonce), nonce, acl: undefined, conditions: { ...ALL, ifMatch } };
    return tried(nonce, makeUpload(connection, { ...work, options: { ...call, ...options } }));
  };
  const holds = async (key: string, nonce: string): Promise<boolean> =>
    (await lookAt(connection, key, call))?.nonce === nonce;
  const isThere = async (key: string): Promise<boolean> =>
    (await lookAt(connection, key, call)) !== undefined;

  return {
    async creates(key) {
      const first = await write(key, { ifAbsent: true });
      if (first.outcome === 'unknown') return `it refuses them (${saidOf(first)})`;
      if (!(await holds(key, first.nonce))) return 'it loses the first object';
      const second = await write(key, { ifAbsent: true });
      if (second.outcome === 'written' || !(await holds(key, first.nonce))) return 'it ignores them';
      return undefined;
    },

    async races(key) {
      const all = await Promise.all(Array.from({ length: RACERS }, () => write(key, { ifAbsent: true })));
      const there = (await lookAt(connection, key, call))?.nonce;
      const winners = all.filter(({ outcome }) => outcome === 'written');
      const isOne = winners.length <= 1 && winners.every(({ nonce }) => nonce === there);
      return isOne && all.some(({ nonce }) => nonce === there)
        ? undefined
        : `${winners.length} of ${RACERS} writers were told that they were first`;
    },

    async replaces({ once, absent }) {
      for (const style of ['quoted', 'bare'] as const) {
        const stale = (await lookAt(connection, once, call))?.info.etag ?? '';
        const fresh = await write(once, { ifMatch: stale }, style);
        if (fresh.outcome === 'unknown') saidOf(fresh);
        if (fresh.outcome !== 'written' || !(await holds(once, fresh.nonce))) continue;
        const isRefused = async (key: string): Promise<boolean> =>
          (await write(key, { ifMatch: stale }, style)).outcome !== 'written';
        const isKept = (await isRefused(once)) && (await isRefused(absent));
        if (isKept && (await holds(once, fresh.nonce)) && !(await isThere(absent))) return style;
      }
      return 'none';
    },

    async copies({ from, to }) {
      const source = await lookAt(connection, from, call);
      if (source === undefined) return false;
      const work = { from, source: source.info, key: to, acl: undefined, conditions: ALL };
      const copied = await tried(
        '',
        copyInside(connection, { ...work, options: { ...call, ifAbsent: true } }),
      );
      return copied.outcome === 'refused';
    },

    async uploads(key) {
      const parts = onePart();
      const { client, sdk, location } = connection;
      const made = inParts(
        connection,
        { key, acl: undefined, conditions: ALL, options: { ...call, ifAbsent: true } },
        {
          parts,
          sizeBytes: 4,
          send: ({ number, content }, UploadId) =>
            connection.ask(key, call, (handling) =>
              client.send(
                new sdk.UploadPartCommand({
                  Bucket: location.bucket,
                  Key: key,
                  UploadId,
                  PartNumber: number,
                  Body: content,
                }),
                handling,
              ),
            ),
        },
      );
      return (await tried('', made)).outcome === 'refused';
    },
  };
}

/** What the store said to a request that met no other. @throws what it said when it failed altogether */
function saidOf({ said, status, error }: Extract<Tried, { readonly outcome: 'unknown' }>): string {
  if (status === 500) throw error;
  return `${said}, status ${status}`;
}

function* onePart(): Generator<{ readonly number: number; readonly content: Uint8Array }> {
  yield { number: 1, content: Buffer.from('part') };
}

/** `unknown`: the answer says nothing about the object. */
type Tried =
  | { readonly nonce: string; readonly outcome: 'written' | 'refused' }
  | {
      readonly nonce: string;
      readonly outcome: 'unknown';
      readonly said: string;
      readonly status: number;
      readonly error: unknown;
    };

/** Losers of a race get 409 or 500 from some stores; whoever has no conditions answers 400, 405 or 501. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 405, 409, 500, 501]);

/** @throws what says nothing about conditions: wrong credentials, no such bucket, no answer, too many requests */
async function tried(nonce: string, work: Promise<ObjectInfo>): Promise<Tried> {
  try {
    await work;
    return { nonce, outcome: 'written' };
  } catch (error) {
    if (hasCode(error, 'STORE_CONFLICT', 'STORE_OBJECT_NOT_FOUND')) return { nonce, outcome: 'refused' };
    const { code = '', status = 0 } = error instanceof PakhusError ? (answerOf(error.cause) ?? {}) : {};
    if (!UNKNOWN.has(status)) throw error;
    return { nonce, outcome: 'unknown', said: code, status, error };
  }
}
