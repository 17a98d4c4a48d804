/**
 * Bytes into a temporary file, whole or not at all.
 *
 * Small bodies are written with plain calls: on a local disk six of them take 20 to 40 µs, a tenth of what handing
 * each to the thread pool takes, and most of 60,000 packages are small.
 */
import { closeSync, constants, copyFileSync, lstatSync, openSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { wrongSize } from '../collect-body.ts';
import type { Body } from '../storage.ts';
import { type Folders, parentOf } from './folders.ts';
import { isSystemError, localError, notAnObject, type ObjectWhere, objectNotFound } from './local-error.ts';
import { removeTemp, type Temps } from './temps.ts';
import { describeStaged, MODE, type Staged, syncFile, writeAll, writeAtOnce } from './write-file.ts';

/** Up to here a body in memory, or a copy, is written at once. */
const AT_ONCE_BYTES = 1024 * 1024;
/** Of larger bodies in memory: an abort is seen after so much. */
const SLICE_BYTES = 8 * 1024 * 1024;
const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

interface StageOptions {
  /** For messages: the object that is being written. */
  readonly where: ObjectWhere;
  /** Bring the bytes to the disk. */
  readonly durable: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Each gives a finished temporary file, or leaves none and fails with the port's errors. */
export interface Stage {
  /** A body for which {@link isSmall} is true, without leaving the thread. */
  bytes(bytes: Uint8Array, where: ObjectWhere): Staged;
  body(body: Body, options: StageOptions): Promise<Staged>;
  /** A copy of a file: a reflink where the file system has them (btrfs, XFS), never a hard link. */
  copy(source: ObjectWhere, options: StageOptions): Promise<Staged>;
}

/** True for a body that can be written at once. */
export function isSmall(body: Body): body is Uint8Array {
  return body instanceof Uint8Array && body.length <= AT_ONCE_BYTES;
}

export function createStage(folders: Folders, temps: Temps): Stage {
  const createTemp = (where: ObjectWhere): { readonly fd: number; readonly path: string } =>
    folders.inside(temps.folder, where.key, () => {
      const path = temps.next();
      return { path, fd: openSync(path, CREATE_FLAGS, MODE) };
    });
  const finish = (staged: Staged): Staged => {
    temps.sweep(Number(staged.mtimeNs / 1_000_000n));
    return staged;
  };

  return {
    bytes: (bytes, where) => {
      let path: string | undefined;
      try {
        const temp = createTemp(where);
        path = temp.path;
        try {
          writeAtOnce(temp.fd, bytes);
          return finish(describeStaged(temp, { where, sizeBytes: bytes.length }));
        } finally {
          closeSync(temp.fd);
        }
      } catch (error) {
        if (path !== undefined) removeTemp(path);
        throw localError(error, where);
      }
    },

    body: async (body, { where, durable, signal }) => {
      const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
      const temp = attempt(where, () => createTemp(where));
      try {
        try {
          let total = 0;
          for await (const chunk of body instanceof Uint8Array ? slices(body) : body.open()) {
            signal?.throwIfAborted();
            total += chunk.length;
            if (total > sizeBytes) throw wrongSize(where, sizeBytes, `at least ${total}`);
            await writeAll(temp.fd, chunk, where);
          }
          const staged = attempt(where, () => finish(describeStaged(temp, { where, sizeBytes })));
          if (durable) await syncFile(temp.fd, where);
          return staged;
        } finally {
          attempt(where, () => closeSync(temp.fd));
        }
      } catch (error) {
        removeTemp(temp.path);
        throw error;
      }
    },

    copy: async (source, { where, durable }) => {
      const sizeBytes = attempt(source, () => sizeOfSource(folders, source));
      const temp = attempt(where, () => createTemp(where));
      try {
        try {
          if (sizeBytes <= AT_ONCE_BYTES) copyFileSync(source.path, temp.path, constants.COPYFILE_FICLONE);
          else await copyFile(source.path, temp.path, constants.COPYFILE_FICLONE);
          const staged = finish(describeStaged(temp, { where }));
          if (durable) await syncFile(temp.fd, where);
          return staged;
        } finally {
          closeSync(temp.fd);
        }
      } catch (error) {
        removeTemp(temp.path);
        throw localError(error, isSystemError(error, 'ENOENT') ? source : where);
      }
    },
  };
}

function attempt<T>(where: ObjectWhere, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw localError(error, where);
  }
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}

function sizeOfSource(folders: Folders, source: ObjectWhere): number {
  try {
    folders.verify(parentOf(source.path), source.key);
    const state = lstatSync(source.path);
    if (state.isDirectory()) throw objectNotFound(source);
    if (!state.isFile()) throw notAnObject(source, state.isSymbolicLink() ? 'link' : 'other');
    return state.size;
  } catch (error) {
    throw isSystemError(error, 'ENOENT', 'ENOTDIR') ? objectNotFound(source) : error;
  }
}
