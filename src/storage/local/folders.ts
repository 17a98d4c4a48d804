/**
 * Folders of a local store: made on demand, removed when empty, and never reached through a symbolic link.
 * What was checked is believed for a second, so that 60,000 writes do not check their folders 60,000 times. Somebody who
 * swaps folders for links while pakhus runs has write access to the store, and is not kept out by this.
 */
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmdirSync } from 'node:fs';
import { PakhusError } from '../../core/pakhus-error.ts';
import { isSystemError } from './local-error.ts';
import type { LocalRoot } from './root.ts';

const BELIEVED_MS = 1000;
const REMEMBERED = 8192;
/** Clients come through a web server, which runs as another user: what is public is readable whatever the umask is. */
const PUBLIC_MODE = 0o755;
/** Inbox, ledger and locks are nobody else's; a web server whose root is the store answers 403. */
const STATE_MODE = 0o700;
const STATE_FOLDER = '.pakhus';
const SHARED = 0o2020;
/** Others may remove an empty folder again and again before we use it. */
const ATTEMPTS = 16;

export interface Folders {
  /** Checks that `folder` is there and is reached without a link. Errors: the system's own, or STORE_PERMISSION. */
  verify(folder: string, key: string): void;
  /** Like `verify`, and makes what is missing. */
  ensure(folder: string, key: string): void;
  /** Runs `work`, which needs `folder`; again when somebody removed the folder just before. */
  inside<T>(folder: string, key: string, work: () => T): T;
  /** Removes `folder` and the ones above it that are empty, up to one that belongs to another user or group. */
  prune(folder: string): void;
}

/** @param onChange Told of each folder that got or lost an entry. */
export function createFolders(root: LocalRoot, onChange: (folder: string) => void): Folders {
  const checked = new Map<string, number>();

  const isKnown = (folder: string): boolean => {
    const at = checked.get(folder);
    return at !== undefined && Math.abs(root.clock.now() - at) < BELIEVED_MS;
  };
  const remember = (folder: string): void => {
    if (checked.size >= REMEMBERED) checked.clear();
    checked.set(folder, root.clock.now());
  };

  const verify: Folders['verify'] = (folder, key) => {
    if (isKnown(folder)) return;
    const real = realpathSync.native(folder);
    if (real !== folder) throw throughLink(root, { folder, real, key });
    remember(folder);
  };

  const make = (folder: string): boolean => {
    const own = folder === root.pathOf(STATE_FOLDER) ? STATE_MODE : PUBLIC_MODE;
    try {
      mkdirSync(folder, own);
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return false;
      throw error;
    }
    const mode = own | sharedMode(parentOf(folder));
    const made = lstatSync(folder).mode;
    if ((made & 0o777) !== mode) chmodSync(folder, (made & 0o7000) | mode);
    onChange(parentOf(folder));
    return true;
  };

  const ensure: Folders['ensure'] = (folder, key) => {
    if (isKnown(folder)) return;
    if (folder === root.folder) root.checkPresent();
    else {
      ensure(parentOf(folder), key);
      if (make(folder)) {
        remember(folder);
        return;
      }
    }
    const found = lstatSync(folder);
    if (!found.isDirectory() && !found.isSymbolicLink()) throw notAFolder(root, folder, key);
    verify(folder, key);
  };

  const inside: Folders['inside'] = (folder, key, work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        ensure(folder, key);
        return work();
      } catch (error) {
        if (!isSystemError(error, 'ENOENT') || attempt === ATTEMPTS) throw error;
        root.checkPresent();
        checked.clear();
      }
    }
  };

  const prune: Folders['prune'] = (folder) => {
    for (let at = folder; at !== root.folder; at = parentOf(at)) {
      try {
        if (isGiven(at)) return;
        rmdirSync(at);
      } catch (error) {
        if (isSystemError(error, ...STILL_USED)) return;
        throw error;
      }
      checked.delete(at);
      onChange(parentOf(at));
    }
  };

  return { verify, ensure, inside, prune };
}

/** What is made in a folder that a group shares (g+w and setgid) is the group's as well: an inbox, which others empty. */
function sharedMode(parent: string): number {
  return (lstatSync(parent).mode & SHARED) === SHARED ? 0o020 : 0;
}

/** Somebody made it for somebody else, who could not make it again: it stays, empty or not. */
function isGiven(folder: string): boolean {
  const [own, parent] = [lstatSync(folder), lstatSync(parentOf(folder))];
  const [isShared, isInShared] = [own, parent].map(({ mode }) => (mode & SHARED) === SHARED);
  return own.uid !== parent.uid || (isShared === true && isInShared !== true);
}

/** The folder that holds `path`, which is absolute. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

const STILL_USED = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM', 'EROFS'];

function throughLink(
  root: LocalRoot,
  at: { readonly folder: string; readonly real: string; readonly key: string },
): PakhusError {
  return new PakhusError(
    'STORE_PERMISSION',
    `${root.name}: ${at.key}: its folder ${at.folder} is reached through a symbolic link and lies at ${at.real}; links are not followed`,
    {
      hint: 'Replace the link by a folder, or make its target a store of its own.',
      details: { store: root.name, key: at.key, path: at.folder, real: at.real },
    },
  );
}

function notAFolder(root: LocalRoot, folder: string, key: string): PakhusError {
  return new PakhusError(
    'STORE_KEY_INVALID',
    `${root.name}: ${key}: ${folder} is an object, so nothing can lie below it`,
    {
      details: { store: root.name, key, path: folder },
    },
  );
}
