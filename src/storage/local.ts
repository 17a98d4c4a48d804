/**
 * A directory as a store.
 *
 * ```
 * <root>/dists/stable/InRelease        an object: a regular file, 0644; its folders 0755, made on demand, removed when empty
 * <root>/.pakhus/                      0700 when it is made: state of repositories may live here; these are keys like any other
 * <root>/.pakhus/.local/               the driver's own: no keys, never listed
 *                       tmp/           files being written; what is a day old was left by a dead process and is removed
 *                                      (beside the object, for somebody who may only write there)
 *                       lock names holder
 * ```
 * ```
 *  write ──▶ temp ──(durable, or replacing: fsync)──▶ new name: link, unlink     or     fixed name: lock, date, rename
 *  copy  ──▶ reflink or copy of the file into a temp, then the same
 *  read  ──▶ open without following links      list ──▶ walk, sorted as keys      settle ──▶ sync -f
 * ```
 * Symbolic links are nobody's objects: lists pass them by, as well as folders that this user may not open; everything else that
 * meets one fails with STORE_PERMISSION and says so. Content types, caching and metadata are the web server's matter here and are not kept.
 */
import { type Clock, systemClock } from '../core/clock.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { checkConditions, checkKey } from './keys.ts';
import { createFolders } from './local/folders.ts';
import { listFolder } from './local/list.ts';
import { conflict } from './local/local-error.ts';
import { createLocks } from './local/locks.ts';
import { createPlace } from './local/place.ts';
import { createReader } from './local/read.ts';
import { openRoot, PRIVATE_FOLDER } from './local/root.ts';
import { createSettler } from './local/settle.ts';
import { createStage, isSmall } from './local/stage.ts';
import { createTemps } from './local/temps.ts';
import type { CallOptions, Storage, WriteOptions } from './storage.ts';

export interface LocalStorageOptions {
  /** The folder. */
  readonly root: string;
  /** Dates of replaced objects, and waiting for locks. Default: the machine's. */
  readonly clock?: Clock;
  /** Take a network or FUSE file system, where nobody else may write. Default: they fail with STORE_UNSAFE. */
  readonly singleWriter?: boolean;
  /** Make the folder when it is not there. Default: STORE_NOT_FOUND. */
  readonly create?: boolean;
}

/** Opens a directory. Nothing is written before the first write. Errors: STORE_NOT_FOUND, STORE_PERMISSION, STORE_UNSAFE. */
export async function openLocalStorage(options: LocalStorageOptions): Promise<Storage> {
  const root = openRoot(options.root, {
    clock: options.clock ?? systemClock(),
    create: options.create ?? false,
  });
  const { name, fileSystem } = root;
  const safe = fileSystem.unsafe === undefined;
  if (!safe && options.singleWriter !== true) throw unsafe(name, fileSystem.unsafe);

  const settler = createSettler(root);
  const folders = createFolders(root, settler.changed);
  const locks = createLocks(root, folders);
  const reader = createReader(root, folders);
  const stage = createStage(folders, createTemps(root));
  const place = createPlace({ root, folders, locks: safe ? locks : undefined, settler });

  const check = (key: string, { signal }: CallOptions): void => {
    signal?.throwIfAborted();
    checkKey(key, name);
    if (isPrivate(key)) throw reserved(name, key);
  };
  const failEarlyWhenTaken = (key: string): void => {
    try {
      reader.stat(key);
    } catch (error) {
      if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return;
      throw error;
    }
    throw conflict(root.where(key), 'there is such an object already');
  };
  /** Replacing always waits for the disk: after a power cut the old object is there, or the new one. */
  const staging = (key: string, { durable, ifAbsent, signal }: WriteOptions) => ({
    where: root.where(key),
    durable: !fileSystem.volatile && (durable === true || ifAbsent !== true),
    signal,
  });

  return {
    name,
    capabilities: { createIfAbsent: safe, replaceIfMatch: safe, exclusive: safe, metadata: false },

    stat: async (key, call = {}) => {
      check(key, call);
      return reader.stat(key);
    },

    read: async (key, call = {}) => {
      check(key, call);
      return reader.read(key, call);
    },

    write: async (key, body, call = {}) => {
      check(key, call);
      checkConditions(call);
      const how = staging(key, call);
      if (call.ifAbsent !== true) return place.over(await stage.body(body, how), key, call);
      if (isSmall(body) && !how.durable) return place.asNew(stage.bytes(body, how.where), key);
      failEarlyWhenTaken(key);
      return place.asNew(await stage.body(body, how), key);
    },

    copy: async (from, to, call = {}) => {
      check(from, call);
      check(to, call);
      checkConditions(call);
      if (call.ifAbsent === true) failEarlyWhenTaken(to);
      const staged = await stage.copy(root.where(from), staging(to, call));
      return call.ifAbsent === true ? place.asNew(staged, to) : place.over(staged, to, call);
    },

    delete: async (key, call = {}) => {
      check(key, call);
      await place.remove(key, call);
    },

    list: (prefix, call = {}) => listFolder(root, folders, { ...call, prefix }),

    settle: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      await settler.settle(signal);
    },

    exclusive: async (work, call = {}) => {
      if (!safe) throw unsafe(name, fileSystem.unsafe);
      return locks.exclusive(work, call);
    },
  };
}

function isPrivate(key: string): boolean {
  return key === PRIVATE_FOLDER || key.startsWith(`${PRIVATE_FOLDER}/`);
}

function reserved(store: string, key: string): PakhusError {
  return new PakhusError('STORE_KEY_INVALID', `${store}: key ${key} is kept for temporary files and locks`, {
    details: { store, key },
  });
}

function unsafe(store: string, fileSystem: string | undefined): PakhusError {
  return new PakhusError(
    'STORE_UNSAFE',
    `${store}: its file system is ${fileSystem}, which cannot keep two writers apart`,
    {
      hint:
        'Use a folder on a disk of this machine, and copy or sync it to the other place after each publish. ' +
        'Where no other machine ever writes there, make the repository with --single-writer.',
      details: { store, fileSystem },
    },
  );
}
