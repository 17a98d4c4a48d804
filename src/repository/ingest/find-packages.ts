/** From what a user typed to package files on this machine. */
import { glob, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PakhusError } from '../../core/pakhus-error.ts';
import { FORMATS } from '../../formats/table.ts';

/**
 * The package files that `paths` name: files as they are, folders with all that lies below them and has a package's
 * ending, patterns as a shell reads them. Absolute, sorted, each once.
 * @throws PUBLISH_NOTHING_FOUND with the path that gave nothing
 */
export async function findPackages(paths: readonly string[], cwd: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const before = found.size;
    let named = false;
    for (const match of await expand(path, cwd)) {
      named = true;
      for (const file of await filesOf(match)) found.add(file);
    }
    if (!named || (found.size === before && !(await isKnown(path, { cwd, found }))))
      throw nothing(path, named);
  }
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

async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const endings = FORMATS.flatMap((format) => format.fileExtensions);
  const files: string[] = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const inside = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(inside);
      else if (endings.some((ending) => entry.name.endsWith(ending)) && (await isFile(inside)))
        files.push(inside);
    }
  }
  return files;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path)).isFile();
}

async function isKnown(
  path: string,
  at: { readonly cwd: string; readonly found: ReadonlySet<string> },
): Promise<boolean> {
  for (const match of await expand(path, at.cwd)) {
    for (const file of await filesOf(match)) if (at.found.has(file)) return true;
  }
  return false;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw error;
  }
}

function nothing(path: string, named: boolean): PakhusError {
  const endings = FORMATS.flatMap((format) => format.fileExtensions).join(', ');
  return new PakhusError(
    'PUBLISH_NOTHING_FOUND',
    named ? `no package file lies in ${path}` : `${path} does not exist`,
    {
      hint: named
        ? `Package files end in ${endings}.`
        : 'Check the path; quote a pattern that the shell must not expand.',
    },
  );
}
