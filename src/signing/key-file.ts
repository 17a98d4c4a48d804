import { randomUUID } from 'node:crypto';
import { link, mkdir, open, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import type { KeyLint } from './key-lint.ts';

/** What a key is for. */
export type KeyKind = 'openpgp' | 'usign' | 'ledger';

/** Keys that sign what clients check. */
export type SigningKind = Exclude<KeyKind, 'ledger'>;

/** File name ending of each kind. */
export const KEY_EXTENSION: Readonly<Record<KeyKind, string>> = {
  openpgp: '.openpgp.asc',
  usign: '.usign.sec',
  ledger: '.ledger.pem',
};

/** The text of a key file, and what its owner should know about the file. */
export interface KeyFileContent {
  readonly path: string;
  readonly content: string;
  readonly lints: readonly KeyLint[];
}

/** Larger files are no keys. */
const MAX_BYTES = 1024 * 1024;
const OTHERS_MAY_WRITE = 0o002;
const NOT_ONLY_OWNER = 0o077;
const NOT_ONLY_OWNER_WRITES = 0o022;

/**
 * The name of a key file, fixed by store and repository, so that two first publishes at once meet at one file; and by the
 * fingerprint of the key that it replaces, if any.
 * Only `a-z`, `0-9`, `-`, `.` and `_` occur; other characters of the two names become `_` and the hex of their UTF-8 bytes, so
 * that no two pairs share a name, not even where the file system ignores case.
 */
export function keyFileName({
  storeId,
  repository,
  kind,
  old,
}: {
  readonly storeId: string;
  readonly repository: string;
  readonly kind: KeyKind;
  readonly old?: string;
}): string {
  const after = old === undefined ? '' : `.after-${encodeName(old.slice(0, 16))}`;
  return `${encodeName(storeId)}.${encodeName(repository)}${after}${KEY_EXTENSION[kind]}`;
}

/**
 * Writes a key file that did not exist: complete or not at all, mode 0600, in a folder that is made with mode 0700.
 * When the file exists, or another process makes it at the same moment, its content comes back and nothing is written.
 * @throws KEY_NOT_SAVED when it cannot be written; what {@link readKeyFile} throws.
 */
export async function createKeyFile(
  folder: string,
  { name, content }: { readonly name: string; readonly content: string },
): Promise<KeyFileContent & { /** False: somebody else's. */ readonly created: boolean }> {
  if (!/^[a-z0-9._-]+$/.test(name)) throw new Error(`no name for a key file: ${name}`);
  const path = join(folder, name);
  const existing = await readIfPresent(path);
  if (existing !== undefined) return { ...existing, created: false };
  const created = await writeOnce(folder, { name, content }).catch((cause: unknown) => {
    throw new PakhusError('KEY_NOT_SAVED', `Key file ${path} cannot be written: ${reasonOf(cause)}`, {
      hint: 'Make the folder writable for you alone, or name another one.',
      details: { path },
      cause,
    });
  });
  const file = await readKeyFile(path);
  return { ...file, lints: [...(await folderLints(folder)), ...file.lints], created };
}

/** What the owner of a folder of keys should know about it: others who may write there can exchange the keys. */
export async function folderLints(folder: string): Promise<readonly KeyLint[]> {
  const mode = (await stat(folder)).mode & 0o777;
  if ((mode & NOT_ONLY_OWNER_WRITES) === 0) return [];
  const message = `Folder of keys ${folder} can be written by other users (mode ${octal(mode)}): run chmod 700 on it.`;
  return [{ code: 'key-folder-open', message }];
}

/**
 * Reads a key file. A symbolic link is followed, because secrets of containers are mounted that way, and its target is judged.
 * A file that everybody may write is refused: its key could be anybody's. One that others may read is a lint.
 * @throws KEY_NOT_FOUND when it is absent or not readable for this user, KEY_INVALID when it is no file, too large or open to all.
 */
export async function readKeyFile(path: string): Promise<KeyFileContent> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new PakhusError('KEY_NOT_FOUND', `Key file ${path} cannot be read: ${reasonOf(cause)}`, {
      details: { path },
      cause,
    });
  });
  try {
    const info = await handle.stat();
    const mode = info.mode & 0o777;
    if (info.isDirectory()) throw invalid(path, 'it is a folder');
    if (info.isFile() && (mode & OTHERS_MAY_WRITE) !== 0) {
      throw invalid(path, `everybody may write it (mode ${octal(mode)})`);
    }
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > MAX_BYTES) throw invalid(path, `it is larger than ${MAX_BYTES} bytes`);
    const content = buffer.toString('utf8', 0, length);
    buffer.fill(0);
    return { path, content, lints: info.isFile() ? modeLints(path, mode) : [] };
  } finally {
    await handle.close();
  }
}

async function readIfPresent(path: string): Promise<KeyFileContent | undefined> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    const errno = hasCode(error, 'KEY_NOT_FOUND') ? errnoOf(error.cause) : undefined;
    // ENOTDIR: a part of the path is a file, which making the folder will say.
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A complete file gets its name by a link, which fails when the name is taken. True: we made it. */
async function writeOnce(
  folder: string,
  { name, content }: { readonly name: string; readonly content: string },
): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${randomUUID()}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, join(folder, name));
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary).catch((error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
    });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function modeLints(path: string, mode: number): readonly KeyLint[] {
  if ((mode & NOT_ONLY_OWNER) === 0) return [];
  const message = `Key file ${path} is open to other users (mode ${octal(mode)}): run chmod 600 on it.`;
  return [{ code: 'key-file-open', message }];
}

function encodeName(text: string): string {
  return text.replace(/[^a-z0-9-]/gu, (letter) => `_${Buffer.from(letter).toString('hex')}`);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function invalid(path: string, why: string): PakhusError {
  return new PakhusError('KEY_INVALID', `Key file ${path} is not used: ${why}`, { details: { path } });
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'a part of the path is no folder';
    case 'ENOSPC':
      return 'no room left';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
