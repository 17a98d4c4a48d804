/** The calls that fill one temporary file. */
import { fchmodSync, fstatSync, fsync as fsyncCallback, write as writeCallback, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { wrongSize } from '../collect-body.ts';
import { localError, type ObjectWhere, type Where } from './local-error.ts';

/** Of every object: clients come through a web server that runs as another user. */
export const MODE = 0o644;

const fsync = promisify(fsyncCallback);
const write = promisify(writeCallback);

/** A finished temporary file. */
export interface Staged {
  readonly path: string;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly mtimeNs: bigint;
}

/** Writes `bytes` without leaving the thread. Errors: the system's own. */
export function writeAtOnce(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
}

/** Writes `bytes`. Errors: the port's. */
export async function writeAll(fd: number, bytes: Uint8Array, where: Where): Promise<void> {
  try {
    for (let at = 0; at < bytes.length; ) {
      at += (await write(fd, bytes, at, bytes.length - at)).bytesWritten;
    }
  } catch (error) {
    throw localError(error, where);
  }
}

/** Brings a file to the disk. Errors: the port's. */
export async function syncFile(fd: number, where: Where): Promise<void> {
  try {
    await fsync(fd);
  } catch (error) {
    throw localError(error, where);
  }
}

/** What was written; PACKAGE_CHANGED when it is not `sizeBytes` long. Sets the mode that the umask may have taken away. */
export function describeStaged(
  temp: { readonly fd: number; readonly path: string },
  expected: { readonly where: ObjectWhere; readonly sizeBytes?: number },
): Staged {
  const state = fstatSync(temp.fd, { bigint: true });
  const { where, sizeBytes } = expected;
  if (sizeBytes !== undefined && Number(state.size) !== sizeBytes) {
    throw wrongSize(where, sizeBytes, state.size.toString());
  }
  if ((Number(state.mode) & 0o777) !== MODE) fchmodSync(temp.fd, MODE);
  return { path: temp.path, inode: state.ino, sizeBytes: state.size, mtimeNs: state.mtimeNs };
}
