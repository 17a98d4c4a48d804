/**
 * Listing a tree as if it were flat.
 *
 * ```
 * on disk      a/  a/b  a-b  ab        a folder sorts as its name with `/`: '-' < '/' < 'b'
 * as keys      a-b  a/b  ab
 * ```
 * Only folders that can hold a wanted key are opened, one at a time, as the caller asks for more.
 */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { checkPrefix, compareKeys, isKeySegment } from '../keys.ts';
import type { ListOptions, ObjectInfo } from '../storage.ts';
import { type Folders, parentOf } from './folders.ts';
import { isSystemError, localError } from './local-error.ts';
import { objectInfo } from './read.ts';
import { type LocalRoot, PRIVATE_FOLDER } from './root.ts';

/** Entries after which others get their turn. */
const TURN = 512;
const PRIVATE_PREFIX = `${PRIVATE_FOLDER}/`;

interface Wanted {
  /** The folder that has to be readable. */
  readonly base: string;
  readonly prefix: string;
  readonly after: string;
}

/**
 * Objects below `root`; links, devices, names that are no key and inner folders that this user may not open are passed by: whoever
 * may write to a folder of the store keeps nobody from listing the others. STORE_KEY_INVALID, STORE_PERMISSION, STORE_NOT_FOUND.
 */
export async function* listFolder(
  root: LocalRoot,
  folders: Folders,
  { prefix, startAfter, signal }: ListOptions & { readonly prefix: string },
): AsyncIterable<ObjectInfo> {
  signal?.throwIfAborted();
  checkPrefix(prefix, root.name);
  root.checkPresent();
  let seen = 0;
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (base.startsWith(PRIVATE_PREFIX)) return;
  try {
    folders.verify(parentOf(root.pathOf(`${base}x`)), prefix);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw localError(error, root.where(prefix));
    return;
  }
  for (const info of walk(root, base, { prefix, after: startAfter ?? '', base })) {
    signal?.throwIfAborted();
    yield info;
    if (++seen % TURN === 0) await setImmediate();
  }
}

function* walk(root: LocalRoot, folder: string, wanted: Wanted): Generator<ObjectInfo> {
  for (const key of entries(root, folder, wanted)) {
    if (key.endsWith('/')) {
      yield* walk(root, key, wanted);
      continue;
    }
    const info = inspect(root, key);
    if (info !== undefined) yield info;
  }
}

/** Keys in `folder`, and folders with a final slash, in order; only what is wanted. Gone: none. */
function entries(root: LocalRoot, folder: string, wanted: Wanted): readonly string[] {
  const keys: string[] = [];
  for (const entry of readFolder(root, folder, wanted)) {
    if (entry.isFile()) {
      const key = folder + entry.name;
      if (key.startsWith(wanted.prefix) && isAfter(key, wanted.after) && isKeySegment(entry.name)) {
        keys.push(key);
      }
    } else if (entry.isDirectory()) {
      const key = `${folder}${entry.name}/`;
      if (mayHold(key, wanted) && isKeySegment(entry.name)) keys.push(key);
    }
  }
  return keys.sort(compareKeys);
}

function readFolder(root: LocalRoot, folder: string, { base }: Wanted): readonly Dirent[] {
  const path = parentOf(root.pathOf(`${folder}x`));
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    if (isSystemError(error, 'EACCES') && folder !== base) return [];
    throw localError(error, { store: root.name, path });
  }
}

function inspect(root: LocalRoot, key: string): ObjectInfo | undefined {
  const path = root.pathOf(key);
  try {
    const state = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return state?.isFile() ? objectInfo(key, state) : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR')) return undefined;
    throw localError(error, root.where(key));
  }
}

/** Whether a key that begins with `folder` can be wanted. */
function mayHold(folder: string, { prefix, after }: Wanted): boolean {
  if (folder === PRIVATE_PREFIX) return false;
  if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return false;
  return after.startsWith(folder) || isAfter(folder, after);
}

function isAfter(key: string, after: string): boolean {
  return after === '' || compareKeys(key, after) > 0;
}
