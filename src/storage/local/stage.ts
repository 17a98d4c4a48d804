/**
 * Bytes into a temporary file, whole or not at all.
 *
 * Small bodies are written with plain calls: on a local disk six of them take 20 to 40 µs, a tenth of what handing
 * each to the thread pool takes, and most of 60,000 packages are small.
 */
import { closeSync, constants, copyFileSync, existsSync, fstatSync, openSync, readlinkSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { wrongSize } from '../collect-body.ts';
import type { Body } from '../storage.ts';
import { type Folders, parentOf } from './folders.ts';
import { isSystemError, localError, notAnObject, type ObjectWhere, objectNotFound } from './local-error.ts';
import { READ_FLAGS } from './read.ts';
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
  const createTemp = (where: ObjectWhere): OpenFile => {
    try {
      return folders.inside(temps.folder, where.key, () => create(temps.next()));
    } catch (error) {
      if (!isSystemError(error, 'EACCES', 'EPERM')) throw error;
      return folders.inside(parentOf(where.path), where.key, () => create(temps.beside(where.path)));
    }
  };
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
      const from = attempt(source, () => openSource(folders, source));
      let path: string | undefined;
      try {
        const temp = createTemp(where);
        path = temp.path;
        try {
          if (from.sizeBytes <= AT_ONCE_BYTES) copyFileSync(from.path, path, constants.COPYFILE_FICLONE);
          else await copyFile(from.path, path, constants.COPYFILE_FICLONE);
          const staged = finish(describeStaged(temp, { where }));
          if (durable) await syncFile(temp.fd, where);
          return staged;
        } finally {
          closeSync(temp.fd);
        }
      } catch (error) {
        if (path !== undefined) removeTemp(path);
        throw localError(error, isSystemError(error, 'ENOENT') ? source : where);
      } finally {
        closeSync(from.fd);
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

interface OpenFile {
  readonly fd: number;
  readonly path: string;
}

function create(path: string): OpenFile {
  return { path, fd: openSync(path, CREATE_FLAGS, MODE) };
}

/**
 * Opens what is to be copied. `path` leads to the open file, whatever its owner puts under its name meanwhile: a link to a
 * secret of ours, say. Where the system has no such path, what was checked has to do.
 */
function openSource(folders: Folders, source: ObjectWhere): OpenFile & { readonly sizeBytes: number } {
  try {
    folders.verify(parentOf(source.path), source.key);
    const fd = openSync(source.path, READ_FLAGS);
    try {
      const state = fstatSync(fd);
      if (state.isDirectory()) throw objectNotFound(source);
      if (!state.isFile()) throw notAnObject(source, 'other');
      const path = `/proc/self/fd/${fd}`;
      const real = existsSync(path) ? readlinkSync(path) : undefined;
      if (real === `${source.path} (deleted)`) throw objectNotFound(source);
      if (real !== undefined && real !== source.path) throw notAnObject(source, 'link');
      return { fd, path: real === undefined ? source.path : path, sizeBytes: state.size };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } catch (error) {
    if (isSystemError(error, 'ENXIO')) throw notAnObject(source, 'other');
    throw isSystemError(error, 'ENOENT', 'ENOTDIR') ? objectNotFound(source) : error;
  }
}
