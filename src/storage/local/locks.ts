/**
 * Locks of a local store. They are the operating system's, taken through SQLite on two empty files, so that they die with
 * their process and need no native module. https://www.sqlite.org/lockingv3.html
 *
 * ```
 * .pakhus/.local/lock     held through one `exclusive`: a publish
 * .pakhus/.local/names    held while one name is looked at and replaced or deleted: microseconds, never across an await
 * .pakhus/.local/holder   who is in `exclusive`, for the message of those who wait
 * ```
 */
import { accessSync, constants, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { PakhusError } from '../../core/pakhus-error.ts';
import { createExclusive, waitForLock } from '../exclusive.ts';
import type { Storage } from '../storage.ts';
import { type Folders, parentOf } from './folders.ts';
import { isSystemError, localError, notAnObject } from './local-error.ts';
import { type LocalRoot, PRIVATE_FOLDER } from './root.ts';
import { removeTemp } from './temps.ts';

const EXCLUSIVE_POLL_MS = 20;
const NAMES_POLL_MS = 2;
/** For an empty file SQLite would make a journal each time. Nothing is ever written, so memory will do for it. */
const LOCK = 'PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE';
/** SQLITE_BUSY; the upper bits say why. https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const HOLDER_LIMIT = 200;

export interface Locks {
  readonly exclusive: Storage['exclusive'];
  /** Runs `work` while nobody else replaces or deletes an object. STORE_LOCKED after 30 s. */
  names<T>(work: () => T, signal: AbortSignal | undefined): Promise<T>;
}

export function createLocks(root: LocalRoot, folders: Folders): Locks {
  const folder = root.pathOf(PRIVATE_FOLDER);
  const holderFile = `${folder}/holder`;
  const take = (name: string): DatabaseSync | undefined =>
    tryLock(root, `${folder}/${name}`, () => folders.ensure(folder, PRIVATE_FOLDER));
  const common = { store: root.name, clock: root.clock };
  const names = {
    ...common,
    pollMs: NAMES_POLL_MS,
    tryLock: () => take('names'),
    holder: () => 'another process',
  };

  return {
    names: async (work, signal) => {
      const database = await waitForLock(names, signal);
      try {
        return work();
      } finally {
        database.close();
      }
    },

    exclusive: createExclusive({
      ...common,
      pollMs: EXCLUSIVE_POLL_MS,
      holder: () => readHolder(holderFile),
      tryLock: () => {
        const database = take('lock');
        if (database === undefined) return undefined;
        try {
          writeHolder(root, holderFile);
        } catch (error) {
          database.close();
          throw error;
        }
        return () => {
          try {
            removeTemp(holderFile);
          } finally {
            database.close();
          }
        };
      },
    }),
  };
}

/** The lock, or undefined when somebody has it. */
function tryLock(root: LocalRoot, path: string, ensureFolder: () => void): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    ensureFolder();
    checkLockFile(root, path);
    const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
    database = new Database(path);
    database.exec(LOCK);
    return database;
  } catch (error) {
    database?.close();
    if (!isSqliteError(error)) throw localError(error, { store: root.name, path });
    if ((error.errcode & 0xff) === SQLITE_BUSY) return undefined;
    throw lockFailure(root, path, error);
  }
}

function checkLockFile(root: LocalRoot, path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  throw notAnObject({ store: root.name, path }, found.isSymbolicLink() ? 'link' : 'other');
}

/** SQLite says only that it cannot; the file system says why. */
function lockFailure(root: LocalRoot, path: string, cause: Error): unknown {
  try {
    accessSync(parentOf(path), constants.W_OK);
    accessSync(path, constants.W_OK);
  } catch (error) {
    return localError(error, { store: root.name, path });
  }
  return new PakhusError('STORE_UNAVAILABLE', `${root.name}: cannot lock ${path}: ${cause.message}`, {
    hint: `Nothing is kept in ${path}: when no pakhus is running, delete it.`,
    details: { store: root.name, path },
    cause,
  });
}

function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

function writeHolder(root: LocalRoot, path: string): void {
  try {
    removeTemp(path);
    writeFileSync(path, `process ${process.pid} on ${hostname()}`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw localError(error, { store: root.name, path });
  }
}

/** What the holder wrote, as far as it is there. */
function readHolder(path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
      .slice(0, HOLDER_LIMIT)
      .replaceAll(/\p{Cc}/gu, ' ');
    return text === '' ? 'another process' : text;
  } catch (error) {
    if (isSystemError(error)) return 'another process';
    throw error;
  }
}
