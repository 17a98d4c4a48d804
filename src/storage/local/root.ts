/** The folder that a local store lives in, as it was when the store was opened. */
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { PakhusError } from '../../core/pakhus-error.ts';
import { type FileSystem, inspectFileSystem } from './file-system.ts';
import { isSystemError, localError, type ObjectWhere } from './local-error.ts';

/** The driver's own folder: temporary files and locks. Never listed, never a key. */
export const PRIVATE_FOLDER = '.pakhus/.local';

export interface LocalRoot {
  /** For messages: the path as it was asked for, absolute. */
  readonly name: string;
  /** The folder without symbolic links. */
  readonly folder: string;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** The file of a key. */
  pathOf(key: string): string;
  where(key: string): ObjectWhere;
  /** Fails with STORE_NOT_FOUND when the folder is gone, or is another one: an unmounted disk holds no objects. */
  checkPresent(): void;
}

/** Finds the folder; with `create` it is made. STORE_NOT_FOUND, STORE_PERMISSION. */
export function openRoot(
  root: string,
  options: { readonly clock: Clock; readonly create: boolean },
): LocalRoot {
  const name = resolve(root);
  const folder = findFolder(name, options.create);
  const base = folder === '/' ? '' : folder;
  const opened = statSync(folder, { bigint: true });
  const pathOf = (key: string): string => `${base}/${key}`;
  return {
    name,
    folder,
    fileSystem: inspectFileSystem(folder),
    clock: options.clock,
    pathOf,
    where: (key) => ({ store: name, key, path: pathOf(key) }),
    checkPresent: () => {
      const now = statSync(folder, { bigint: true, throwIfNoEntry: false });
      if (now?.ino === opened.ino && now.dev === opened.dev) return;
      throw notFound(name, 'the folder was removed, replaced or unmounted', undefined);
    },
  };
}

function findFolder(name: string, create: boolean): string {
  try {
    if (create) mkdirSync(name, { recursive: true });
    const folder = realpathSync.native(name);
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw notFound(name, 'there is no such folder', error);
    if (!isSystemError(error, 'ENOTDIR', 'EEXIST')) throw localError(error, { store: name, path: name });
  }
  throw notFound(name, 'it is not a folder', undefined);
}

function notFound(name: string, why: string, cause: unknown): PakhusError {
  return new PakhusError('STORE_NOT_FOUND', `${name}: ${why}`, {
    hint: 'Check the path of the store.',
    details: { store: name },
    cause,
  });
}
