/** From what a user typed to package files on this machine. */
import type { Dirent } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PakhusError } from '../../core/pakhus-error.ts';
import { FORMATS } from '../../formats/table.ts';

export interface FindPackagesOptions {
  /** Absolute; relative paths and patterns start here. */
  readonly cwd: string;
  /** The store's folder, if it is one: its files are published already, and removed ones must not come back. */
  readonly store?: string | undefined;
  /** Any file, of folders those that lie in them and none below. Default: packages. */
  readonly plain?: boolean;
}

/**
 * The package files that `paths` name: files as they are, folders with all that lies below them and has a package's
 * ending, patterns as a shell reads them. What begins with a dot is left out of folders and patterns, and so is the store itself.
 * Absolute, sorted, each once.
 * @throws PUBLISH_NOTHING_FOUND with the path that gave nothing or cannot be read
 */
export async function findPackages(
  paths: readonly string[],
  { cwd, store, plain = false }: FindPackagesOptions,
): Promise<readonly string[]> {
  const isWanted = plain ? () => true : isPackageName;
  const skip = store === undefined ? undefined : await folderId(store);
  const found = new Set<string>();
  for (const path of paths) {
    const matches = await expand(path, cwd);
    const files = (
      await Promise.all(matches.map((match) => filesOf(match, { skip, isWanted, isDeep: !plain })))
    ).flat();
    if (files.length === 0 && !(await areAll(matches, skip))) throw nothing(path, matches.length > 0, plain);
    for (const file of files) found.add(file);
  }
  if (found.size === 0) throw nothing(paths.join(' ') || 'the list of paths', true, plain);
  return [...found].sort();
}

async function expand(path: string, cwd: string): Promise<readonly string[]> {
  const absolute = resolve(cwd, path);
  if (await exists(absolute)) return [absolute];
  if (!/[*?[{]/.test(path)) return [];
  const matches: string[] = [];
  for await (const match of glob(path, { cwd })) matches.push(resolve(cwd, match));
  return matches;
}

/** `skip`: a folder that is not looked into. */
async function filesOf(
  path: string,
  look: {
    readonly skip: string | undefined;
    readonly isWanted: (name: string) => boolean;
    readonly isDeep: boolean;
  },
): Promise<readonly string[]> {
  const { skip, isWanted, isDeep } = look;
  if (!(await readable(path, stat(path))).isDirectory()) return [path];
  const files: string[] = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (skip !== undefined && (await folderId(folder)) === skip) continue;
    for (const entry of await readable(folder, readdir(folder, { withFileTypes: true }))) {
      if (entry.name.startsWith('.')) continue;
      const inside = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (isDeep) folders.push(inside);
      } else if (isWanted(entry.name) && (await isFile(inside, entry))) files.push(inside);
    }
  }
  return files;
}

const ENDINGS: readonly string[] = FORMATS.flatMap((format) => format.fileExtensions);

function isPackageName(name: string): boolean {
  return ENDINGS.some((ending) => name.endsWith(ending));
}

/** Follows links. Asks for nothing else: the folder has said already what its entries are. */
async function isFile(path: string, entry: Dirent): Promise<boolean> {
  return entry.isSymbolicLink() ? (await readable(path, stat(path))).isFile() : entry.isFile();
}

/** Names a folder whatever path leads to it; undefined when there is none. */
async function folderId(path: string): Promise<string | undefined> {
  if (!(await exists(path))) return undefined;
  const { dev, ino } = await readable(path, stat(path));
  return `${dev} ${ino}`;
}

/** True when there are some, and all of them are the folder that is skipped: `publish *` names the store as well. */
async function areAll(paths: readonly string[], skip: string | undefined): Promise<boolean> {
  if (skip === undefined || paths.length === 0) return false;
  const ids = await Promise.all(paths.map(folderId));
  return ids.every((id) => id === skip);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return false;
    throw asUnreadable(path, error);
  }
}

async function readable<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asUnreadable(path, error);
  }
}

function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function asUnreadable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  return new PakhusError('PUBLISH_NOTHING_FOUND', `${path} cannot be read: ${cause.message}`, {
    cause,
    hint: 'Check its permissions, and where it leads when it is a link.',
    details: { path },
  });
}

function nothing(path: string, named: boolean, plain: boolean): PakhusError {
  return new PakhusError(
    'PUBLISH_NOTHING_FOUND',
    named ? `no ${plain ? 'file' : 'package file'} lies in ${path}` : `${path} does not exist`,
    {
      hint: named
        ? plain
          ? 'Folders below it are not looked into: they may be feeds.'
          : `Package files end in ${ENDINGS.join(', ')}.`
        : 'Check the path; quote a pattern that the shell must not expand.',
      details: { path },
    },
  );
}
