/** Errors of the operating system, told as the port's errors. */
import type { ErrorCode } from '../../core/error-codes.ts';
import { PakhusError } from '../../core/pakhus-error.ts';

/** Where something went wrong. */
export interface Where {
  /** Name of the store. */
  readonly store: string;
  readonly key?: string;
  /** The file or folder on this machine. */
  readonly path: string;
}

/** Where something went wrong with an object. */
export interface ObjectWhere extends Where {
  readonly key: string;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint?: string;
}

const PERMISSION: Meaning = {
  code: 'STORE_PERMISSION',
  why: 'permission denied',
  hint: 'Check who owns the folder and its files; one user publishes to a directory.',
};
const FULL: Meaning = { code: 'STORE_FULL', why: 'no space left', hint: 'Free some space, then try again.' };
const TOO_MANY_FILES: Meaning = {
  code: 'STORE_UNAVAILABLE',
  why: 'too many open files',
  hint: 'Raise the limit: ulimit -n',
};
const NOT_A_FOLDER: Meaning = {
  code: 'STORE_KEY_INVALID',
  why: 'a part of the path is a file where a folder is needed, or the other way round',
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: { code: 'STORE_OBJECT_NOT_FOUND', why: 'no such object' },
  ENOTDIR: NOT_A_FOLDER,
  EISDIR: NOT_A_FOLDER,
  ENAMETOOLONG: { code: 'STORE_KEY_INVALID', why: 'the file system does not take so long a name' },
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: { ...PERMISSION, why: 'the file system is read-only' },
  ELOOP: {
    code: 'STORE_PERMISSION',
    why: 'it is a symbolic link, and links are not followed',
    hint: 'Remove the link; a folder on another disk can be the store itself.',
  },
  EXDEV: {
    code: 'STORE_PERMISSION',
    why: 'a folder of the store is another file system',
    hint: 'Keep a store on one file system.',
  },
  ENOSPC: FULL,
  EDQUOT: { ...FULL, why: 'the disk quota is used up' },
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
};

/** True for an error of the operating system with one of `codes`, or with any. */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false;
  return codes.length === 0 || (typeof error.code === 'string' && codes.includes(error.code));
}

/** An error of the operating system as a {@link PakhusError}; anything else as it is. */
export function localError(error: unknown, where: Where): unknown {
  if (!isSystemError(error)) return error;
  const meaning = MEANINGS[error.code ?? ''];
  const why = meaning === undefined ? error.message : `${meaning.why} (${error.code})`;
  return new PakhusError(meaning?.code ?? 'STORE_UNAVAILABLE', `${describe(where)}: ${why}`, {
    ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
    details: { store: where.store, key: where.key, path: where.path, errno: error.code },
    cause: error,
  });
}

/** Something lies at a key that is no object: a link, a device, a folder. */
export function notAnObject(where: Where, found: 'link' | 'folder' | 'other'): PakhusError {
  const [code, why, hint] = NOT_OBJECTS[found];
  return new PakhusError(code, `${describe(where)}: ${why}`, {
    hint,
    details: { store: where.store, key: where.key, path: where.path },
  });
}

const NOT_OBJECTS: Readonly<Record<'link' | 'folder' | 'other', readonly [ErrorCode, string, string]>> = {
  link: ['STORE_PERMISSION', 'it is a symbolic link, and links are not followed', 'Remove the link.'],
  folder: ['STORE_KEY_INVALID', 'there is a folder of this name', 'Remove the folder, or use another name.'],
  other: ['STORE_PERMISSION', 'it is neither a file nor a folder', 'Remove it.'],
};

/** The object is not there. */
export function objectNotFound(where: Where): PakhusError {
  return new PakhusError('STORE_OBJECT_NOT_FOUND', `${describe(where)}: no such object`, {
    details: { store: where.store, key: where.key, path: where.path },
  });
}

/** A condition was not met. */
export function conflict(where: Where, why: string): PakhusError {
  return new PakhusError('STORE_CONFLICT', `${describe(where)}: ${why}`, {
    details: { store: where.store, key: where.key, path: where.path },
  });
}

function describe(where: Where): string {
  return where.key === undefined ? `${where.store}: ${where.path}` : `${where.store}: ${where.key}`;
}
