/** Reading files as objects. Small ones are read at once, so that reading thousands costs no turn of the event loop each. */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { clampRange } from '../range.ts';
import type { ObjectInfo, ReadOptions, ReadResult } from '../storage.ts';
import { type Folders, parentOf } from './folders.ts';
import { isSystemError, localError, notAnObject, objectNotFound } from './local-error.ts';
import type { LocalRoot } from './root.ts';
import { streamFile } from './stream-file.ts';

/** Up to here a read does not leave the thread: from memory it takes less than handing it over would. */
const AT_ONCE_BYTES = 256 * 1024;
/** A pipe must not make us wait, a link must not lead us away. */
export const READ_FLAGS: number = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What a file's state says of the object. */
export function objectInfo(key: string, state: BigIntStats): ObjectInfo {
  return {
    key,
    sizeBytes: Number(state.size),
    modifiedMs: Number(state.mtimeMs),
    etag: etagOf(state.ino, state.size, state.mtimeNs),
  };
}

/** New with every write: a replaced file has another inode, and its date moves on. */
export function etagOf(inode: bigint, size: bigint, mtimeNs: bigint): string {
  return `${inode.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}`;
}

export interface LocalReader {
  stat(key: string): ObjectInfo;
  read(key: string, options: ReadOptions): ReadResult;
}

export function createReader(root: LocalRoot, folders: Folders): LocalReader {
  const absent = (key: string): unknown => {
    root.checkPresent();
    return objectNotFound(root.where(key));
  };
  const failure = (error: unknown, key: string): unknown =>
    isSystemError(error, 'ENOENT', 'ENOTDIR') ? absent(key) : localError(error, root.where(key));

  return {
    stat: (key) => {
      const path = root.pathOf(key);
      let state: BigIntStats;
      try {
        folders.verify(parentOf(path), key);
        state = lstatSync(path, { bigint: true });
      } catch (error) {
        throw failure(error, key);
      }
      if (state.isFile()) return objectInfo(key, state);
      if (state.isDirectory()) throw absent(key);
      throw notAnObject(root.where(key), state.isSymbolicLink() ? 'link' : 'other');
    },

    read: (key, options) => {
      const path = root.pathOf(key);
      let fd: number;
      try {
        folders.verify(parentOf(path), key);
        fd = openSync(path, READ_FLAGS);
      } catch (error) {
        if (isSystemError(error, 'ENXIO')) throw notAnObject(root.where(key), 'other');
        throw failure(error, key);
      }
      let keepOpen = false;
      try {
        const state = fstatSync(fd, { bigint: true });
        if (state.isDirectory()) throw absent(key);
        if (!state.isFile()) throw notAnObject(root.where(key), 'other');
        const info = objectInfo(key, state);
        const { start, end } = clampRange(info.sizeBytes, options.range);
        if (end - start <= AT_ONCE_BYTES) return { info, body: inMemory(readWhole(fd, start, end)) };
        keepOpen = true;
        const { signal, whole = false } = options;
        return { info, body: streamFile(fd, { start, end, whole, where: root.where(key), signal }) };
      } catch (error) {
        throw localError(error, root.where(key));
      } finally {
        if (!keepOpen) closeSync(fd);
      }
    },
  };
}

function readWhole(fd: number, start: number, end: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function inMemory(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      if (bytes.length > 0) yield bytes;
    },
  };
}
