/** What lies where in a store. */
import { hideFolder } from '../storage/hide-folder.ts';
import { prefixStorage } from '../storage/prefix.ts';
import type { Storage } from '../storage/storage.ts';

/** Folder of the ledgers inside the store, where nothing else is said. */
export const STATE_FOLDER = '.pakhus';

/** The public folder of a repository, which may be the whole store but for the state. */
export function publicFolder(store: Storage, path: string): Storage {
  return path === '' ? hideFolder(store, STATE_FOLDER) : prefixStorage(store, path);
}
