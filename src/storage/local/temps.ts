/**
 * Names for files that are being written, in the store's own folder so that they are on its file system. Whoever may write to one
 * folder of the store and not to that one has its files beside the object, under a name that is no key: lists pass it by.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { parentOf } from './folders.ts';
import { isSystemError } from './local-error.ts';
import { type LocalRoot, PRIVATE_FOLDER } from './root.ts';

/** A file that nobody has written to for so long belongs to a process that died. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export interface Temps {
  /** The folder, which `Folders.inside` makes. */
  readonly folder: string;
  /** A path that nobody else uses, in {@link Temps.folder}. */
  next(): string;
  /** A path that nobody else uses, in the folder of `path`. */
  beside(path: string): string;
  /**
   * Removes what dead processes left behind; once per handle, later calls do nothing.
   * @param nowMs The file system's time: the date of a file just written.
   */
  sweep(nowMs: number): void;
}

export function createTemps(root: LocalRoot): Temps {
  const folder = root.pathOf(`${PRIVATE_FOLDER}/tmp`);
  const mine = `${process.pid}-${randomBytes(6).toString('hex')}`;
  let count = 0;
  let swept = false;
  return {
    folder,
    next: () => `${folder}/${mine}-${++count}`,
    beside: (path) => `${parentOf(path)}/\\${mine}-${++count}`,
    sweep: (nowMs) => {
      if (swept) return;
      swept = true;
      for (const name of readdirSync(folder)) removeAbandoned(`${folder}/${name}`, nowMs - ABANDONED_MS);
    },
  };
}

/** What somebody else abandoned is theirs to remove. */
function removeAbandoned(path: string, beforeMs: number): void {
  const state = lstatSync(path, { throwIfNoEntry: false });
  if (!state?.isFile() || state.mtimeMs >= beforeMs) return;
  try {
    removeTemp(path);
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM')) throw error;
  }
}

/** Removes a temporary file; gone is fine. */
export function removeTemp(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
