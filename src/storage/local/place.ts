/**
 * A finished file gets its name in one step.
 *
 * ```
 * new name     link(temp, name): fails when the name is taken, whoever took it; then unlink(temp)
 * any name     inside the `names` lock: look, date the file a whole second after the old one, rename(temp, name)
 * ```
 * A link counts as somebody's file: nothing is written through it or over it.
 */
import {
  type BigIntStats,
  linkSync,
  lstatSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { checkNotLate } from '../keys.ts';
import type { DeleteOptions, ObjectInfo, WriteOptions } from '../storage.ts';
import { type Folders, parentOf } from './folders.ts';
import { conflict, isSystemError, localError, notAnObject, type Where } from './local-error.ts';
import type { Locks } from './locks.ts';
import { etagOf } from './read.ts';
import type { LocalRoot } from './root.ts';
import type { Settler } from './settle.ts';
import { removeTemp } from './temps.ts';
import type { Staged } from './write-file.ts';

const SECOND_NS = 1_000_000_000n;

/** Each consumes the temporary file, also when it fails. */
export interface Place {
  /** STORE_CONFLICT when the name is taken. */
  asNew(staged: Staged, key: string): ObjectInfo;
  /** STORE_CONFLICT when `ifMatch` is given and is not the etag of what is there. */
  over(staged: Staged, key: string, options: Pick<WriteOptions, 'ifMatch' | 'signal'>): Promise<ObjectInfo>;
  /** Deletes an object, and the folders that it leaves empty. */
  remove(key: string, options: DeleteOptions): Promise<void>;
}

export interface PlaceParts {
  readonly root: LocalRoot;
  readonly folders: Folders;
  /** Undefined where locks do not work: for a single writer. */
  readonly locks: Locks | undefined;
  readonly settler: Settler;
}

export function createPlace({ root, folders, locks, settler }: PlaceParts): Place {
  const placed = (key: string, staged: Staged, mtimeNs: bigint): ObjectInfo => {
    const path = root.pathOf(key);
    settler.wrote(path);
    settler.changed(parentOf(path));
    return {
      key,
      sizeBytes: Number(staged.sizeBytes),
      modifiedMs: Number(mtimeNs / 1_000_000n),
      etag: etagOf(staged.inode, staged.sizeBytes, mtimeNs),
    };
  };

  const alone = async <T>(work: () => T, signal: AbortSignal | undefined): Promise<T> =>
    locks === undefined ? work() : locks.names(work, signal);

  const replace = (staged: Staged, key: string, ifMatch: string | undefined): ObjectInfo => {
    const where = root.where(key);
    return folders.inside(parentOf(where.path), key, () => {
      const old = lstatSync(where.path, { bigint: true, throwIfNoEntry: false });
      if (old !== undefined) checkReplaceable(old, where);
      const oldFile = old?.isFile() ? old : undefined;
      checkMatch(oldFile, ifMatch, where);
      const seconds = nextSecond(root.clock.now(), oldFile);
      utimesSync(staged.path, seconds, seconds);
      renameSync(staged.path, where.path);
      return placed(key, staged, BigInt(seconds) * SECOND_NS);
    });
  };

  return {
    asNew: (staged, key) => {
      const where = root.where(key);
      try {
        folders.inside(parentOf(where.path), key, () => giveName(staged.path, where, locks !== undefined));
        return placed(key, staged, staged.mtimeNs);
      } catch (error) {
        throw localError(error, where);
      } finally {
        removeTemp(staged.path);
      }
    },

    over: async (staged, key, { ifMatch, signal }) => {
      try {
        return await alone(() => replace(staged, key, ifMatch), signal);
      } catch (error) {
        removeTemp(staged.path);
        throw localError(error, root.where(key));
      }
    },

    remove: async (key, call) => {
      const where = root.where(key);
      const unlinkInTime = (): boolean => {
        checkNotLate({ store: root.name, key, nowMs: root.clock.now() }, call);
        return unlinkObject(where);
      };
      const parent = parentOf(where.path);
      try {
        folders.verify(parent, key);
        if (!isThere(where) || !(await alone(unlinkInTime, call.signal))) return;
        settler.changed(parent);
        folders.prune(parent);
      } catch (error) {
        if (isSystemError(error, 'ENOENT', 'ENOTDIR')) root.checkPresent();
        else throw localError(error, where);
      }
    },
  };
}

/** Gives the file a name that nobody has. STORE_CONFLICT, or what else is in the way. */
function giveName(temp: string, where: Where, hasLinks: boolean): void {
  try {
    if (hasLinks) linkSync(temp, where.path);
    else renameToFree(temp, where);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    const found = lstatSync(where.path, { bigint: true, throwIfNoEntry: false });
    if (found?.isFile() === false) {
      checkReplaceable(found, where);
      giveName(temp, where, hasLinks);
      return;
    }
    throw conflict(where, 'there is such an object already');
  }
}

/** For file systems without hard links: another writer may slip in between. */
function renameToFree(temp: string, where: Where): void {
  const found = lstatSync(where.path, { bigint: true, throwIfNoEntry: false });
  if (found !== undefined) checkReplaceable(found, where);
  if (found?.isFile()) throw conflict(where, 'there is such an object already');
  renameSync(temp, where.path);
}

/** Fails unless a file may take the place of what is there; an empty folder, which is no object, is removed. */
function checkReplaceable(found: BigIntStats, where: Where): void {
  if (found.isFile()) return;
  if (!found.isDirectory()) throw notAnObject(where, found.isSymbolicLink() ? 'link' : 'other');
  try {
    rmdirSync(where.path);
  } catch (error) {
    throw isSystemError(error, 'ENOTEMPTY', 'EEXIST') ? notAnObject(where, 'folder') : error;
  }
}

function checkMatch(found: BigIntStats | undefined, ifMatch: string | undefined, where: Where): void {
  if (ifMatch === undefined) return;
  if (found === undefined) throw conflict(where, 'the object is gone');
  if (etagOf(found.ino, found.size, found.mtimeNs) !== ifMatch) {
    throw conflict(where, 'the object was changed by somebody else');
  }
}

/** Web servers compare whole seconds, so each version needs one of its own. */
function nextSecond(nowMs: number, old: BigIntStats | undefined): number {
  const now = Math.floor(nowMs / 1000);
  return old === undefined ? now : Math.max(now, Number(old.mtimeNs / SECOND_NS) + 1);
}

function isThere({ path }: Where): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** True when there was an object. */
function unlinkObject(where: Where): boolean {
  const found = lstatSync(where.path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return false;
  if (!found.isFile()) throw notAnObject(where, found.isSymbolicLink() ? 'link' : 'other');
  unlinkSync(where.path);
  return true;
}
