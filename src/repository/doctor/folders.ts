/** Folders of a store that is a directory: their rights, their file system, and how much room is left. */
import { stat, statfs } from 'node:fs/promises';
import { trimClientUrl } from '../../config/addresses.ts';
import type { ResolvedConfig } from '../../config/resolved-config.ts';
import { describeFileSystem, type FileSystem } from '../../storage/local/file-system.ts';
import { bad, type Diagnosis, warning } from './diagnosis.ts';

const OTHERS_MAY_WRITE = 0o002;
const OTHERS_MAY_READ = 0o005;
/** The indexes of 100,000 packages, some times. */
const LITTLE_ROOM_BYTES = 256 * 1024 * 1024;
const FEW_FILES = 10_000;

/** Nothing where store and state are no directories. */
export async function checkFolders({
  store,
  state,
}: Pick<ResolvedConfig, 'store' | 'state'>): Promise<readonly Diagnosis[]> {
  const folder = trimClientUrl(store.value);
  const own = state.value === undefined ? `${folder}/.pakhus` : trimClientUrl(state.value);
  return [
    ...(await checkRights({ folder, own })),
    ...(await checkRoom(folder)),
    ...(state.value === undefined ? [] : await checkRoom(own)),
  ];
}

async function checkRights({
  folder,
  own,
}: {
  readonly folder: string;
  readonly own: string;
}): Promise<readonly Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const path of [folder, own]) {
    const mode = await modeOf(path);
    if (mode === undefined) continue;
    const check = path === own ? `state ${path}` : `store ${path}`;
    const shown = mode.toString(8).padStart(4, '0');
    if ((mode & OTHERS_MAY_WRITE) !== 0)
      found.push(
        bad(check, `everybody on this machine may write it (mode ${shown})`, `Run \`chmod o-w ${path}\`.`),
      );
    else if (path === own && (mode & OTHERS_MAY_READ) !== 0)
      found.push(
        warning(
          check,
          `everybody on this machine may read the ledger, a web server too (mode ${shown})`,
          `Run \`chmod o-rx ${path}\`.`,
        ),
      );
  }
  return found;
}

/** Undefined when it is not there, or no directory of this machine. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function checkRoom(path: string): Promise<readonly Diagnosis[]> {
  try {
    const { bsize, bavail, files, ffree, type } = await statfs(path);
    return judgeRoom(path, {
      freeBytes: bsize * bavail,
      // File systems without a fixed number of files say 0.
      freeFiles: files === 0 ? undefined : ffree,
      fileSystem: describeFileSystem(type),
    });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** What is left, and what it is. Pure. */
export function judgeRoom(
  path: string,
  {
    freeBytes,
    freeFiles,
    fileSystem,
  }: { readonly freeBytes: number; readonly freeFiles: number | undefined; readonly fileSystem: FileSystem },
): readonly Diagnosis[] {
  const check = `room of ${path}`;
  const remedy = 'Make room, `pakhus gc` may help: a publish that finds none changes nothing and fails.';
  const found: Diagnosis[] = [];
  if (freeBytes < LITTLE_ROOM_BYTES)
    found.push(warning(check, `only ${Math.floor(freeBytes / 1e6)} MB are free`, remedy));
  if (freeFiles !== undefined && freeFiles < FEW_FILES)
    found.push(warning(check, `only ${freeFiles} more files can be made (inodes)`, remedy));
  if (fileSystem.unsafe !== undefined)
    found.push(
      warning(
        `file system of ${path}`,
        `is ${fileSystem.unsafe}, which cannot keep writers of two machines apart`,
        'Let one machine alone publish, or move the store to a disk of this machine.',
      ),
    );
  return found;
}

/** Or not for us to look at, which whoever opens it says. */
function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES';
}
