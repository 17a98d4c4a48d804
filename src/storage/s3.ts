/**
 * A bucket as a store: AWS, Cloudflare R2, MinIO, Ceph, GCS interop and whatever else speaks S3.
 *
 * ```
 * s3://bucket/prefix
 *   └ <prefix>/deb/…                  public: content type and caching per object; an ACL only on request
 *   └ <prefix>/.pakhus/…              the state; never with a public ACL
 *   └ <prefix>/.pakhus/store.json     what the store makes of conditions, and when that was tried
 * ```
 * ```
 *  location.ts ─▶ client.ts ─▶ read, list, write (parts), copy, delete          one request each, errors told by s3-error.ts
 *                     │
 *                 probe.ts ──▶ verdict.ts ──▶ conditions.ts        before the first write; one GET where somebody did it before
 *                                    │
 *                                decide.ts    a conditional write is what lies there afterwards, whatever the answer was
 * ```
 * Nothing is tried again here but the creation of an object, which its nonce makes safe; `retryStorage` does the rest. Etags are
 * digests of the bytes in most stores: old bytes have their old etag again. A write is dated by its answer, which may be a second
 * after the date that `stat` and lists give. Without a lock: `exclusive` fails with STORE_UNSAFE.
 */
import { type Clock, systemClock } from '../core/clock.ts';
import { PakhusError } from '../core/pakhus-error.ts';
import { checkConditions, checkKey, checkPrefix } from './keys.ts';
import { prefixStorage } from './prefix.ts';
import { type Connection, connect } from './s3/client.ts';
import type { Conditions } from './s3/conditions.ts';
import { copyInside, lookAtSource, sourceBody } from './s3/copy.ts';
import { checkBefore, writeConditionally } from './s3/decide.ts';
import { deleteObject } from './s3/delete.ts';
import { type Gate, openGate } from './s3/gate.ts';
import { listObjects } from './s3/list.ts';
import type { S3Location } from './s3/location.ts';
import { findObject, readObject } from './s3/read.ts';
import { signalOf, type Upload } from './s3/upload.ts';
import { makeUpload } from './s3/write.ts';
import type { CallOptions, ObjectInfo, Storage } from './storage.ts';

/** Folder of the state inside a store: nothing in it is public. */
const PRIVATE_FOLDER = '.pakhus';
const VERDICT = 'store.json';

export interface S3StorageOptions {
  readonly location: S3Location;
  /** Dates, and waiting. Default: the machine's. */
  readonly clock?: Clock;
  /** Credentials; what is not there comes from the files and services that the AWS tools use. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What lies in it. Without the state, conditions need not be kept. Default: `all`. */
  readonly holds?: 'all' | 'public' | 'state';
  /**
   * Who else writes: `many` need conditions that are kept, or get STORE_UNSAFE with their first write; `one` is alone; a `proposer`
   * writes new names into a folder of its own and may not try what the store does. Default: `many`.
   */
  readonly writers?: 'many' | 'one' | 'proposer';
  readonly signal?: AbortSignal;
}

/** Opens a bucket. Errors: STORE_NOT_FOUND, STORE_PERMISSION, STORE_UNAVAILABLE, CONFIG_INVALID for a wrong region. */
export async function openS3Storage(options: S3StorageOptions): Promise<Storage> {
  const { location, clock = systemClock(), env = process.env, holds = 'all', writers = 'many' } = options;
  const connection = await connect(location, { clock, env });
  const root = location.prefix === '' ? '' : `${location.prefix}/`;
  const own = holds === 'state' ? root : `${root}${PRIVATE_FOLDER}/`;
  const gate = await openGate(
    connection,
    {
      verdictKey: `${own}${VERDICT}`,
      probePrefix: own,
      mayLack: writers !== 'many' || holds === 'public',
      mayProbe: writers !== 'proposer',
    },
    options.signal === undefined ? {} : { signal: options.signal },
  );
  const isPublic = (key: string): boolean =>
    holds !== 'state' && !key.startsWith(`${root}${PRIVATE_FOLDER}/`);
  return prefixStorage(createBucket(connection, { gate, isPublic }), location.prefix);
}

/** All of a bucket. */
function createBucket(
  connection: Connection,
  { gate, isPublic }: { readonly gate: Gate; readonly isPublic: (key: string) => boolean },
): Storage {
  const name = `s3://${connection.location.bucket}`;
  const { acl } = connection.location;
  const check = (key: string, { signal }: CallOptions): void => {
    signal?.throwIfAborted();
    checkKey(key, name);
  };
  /** Makes a write, in the way that its condition needs. */
  const make = async (
    { key, options }: Pick<Upload, 'key' | 'options'>,
    conditions: Conditions,
    work: (upload: Omit<Upload, 'body'>) => Promise<ObjectInfo>,
  ): Promise<ObjectInfo> => {
    const isKept = options.ifAbsent === true ? conditions.createIfAbsent : conditions.ifMatch !== 'none';
    const upload = { key, acl: acl === 'public-read' && !isPublic(key) ? undefined : acl, conditions };
    if (options.ifAbsent !== true && options.ifMatch === undefined) return work({ ...upload, options });
    if (isKept)
      return writeConditionally(connection, key, options, (nonce) => work({ ...upload, options, nonce }));
    await checkBefore(connection, key, options);
    const { ifAbsent: _, ifMatch: __, ...plain } = options;
    return work({ ...upload, options: plain });
  };

  return {
    name,
    capabilities: gate.capabilities,

    stat: async (key, call = {}) => {
      check(key, call);
      return (await findObject(connection, key, call)).info;
    },

    read: async (key, call = {}) => {
      check(key, call);
      return readObject(connection, key, call);
    },

    write: async (key, body, call = {}) => {
      check(key, call);
      checkConditions(call);
      const conditions = await gate.pass(signalOf(call));
      return make({ key, options: call }, conditions, (upload) =>
        makeUpload(connection, { ...upload, body }),
      );
    },

    copy: async (from, to, call = {}) => {
      check(from, call);
      check(to, call);
      checkConditions(call);
      const conditions = await gate.pass(signalOf(call));
      const { source, options } = await lookAtSource(connection, from, call);
      const isPlain = call.ifAbsent !== true && call.ifMatch === undefined;
      const inside = isPlain || !conditions.createIfAbsent || (call.ifAbsent === true && conditions.copies);
      return make({ key: to, options }, conditions, (upload) =>
        inside
          ? copyInside(connection, { ...upload, from, source })
          : makeUpload(connection, { ...upload, body: sourceBody(connection, { from, source, options }) }),
      );
    },

    delete: async (key, call = {}) => {
      check(key, call);
      await deleteObject(connection, key, call);
    },

    list: async function* (prefix, call = {}) {
      call.signal?.throwIfAborted();
      checkPrefix(prefix, name);
      yield* listObjects(connection, prefix, call);
    },

    // A bucket has what it has acknowledged.
    settle: async ({ signal } = {}) => signal?.throwIfAborted(),

    exclusive: async () => {
      throw new PakhusError('STORE_UNSAFE', `${name}: has no lock`, { details: { store: name } });
    },
  };
}
