/** Looks for pakhus.yaml in the current folder and upward. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PakhusError } from '../core/pakhus-error.ts';

/** The name of the file beside the work. */
const CONFIG_FILE_NAME = 'pakhus.yaml';

/** A file and what is in it. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The nearest pakhus.yaml, from `cwd` up to the root; undefined when there is none.
 *
 * It decides where packages go and may name a command that signs, so a file of another user does not count: it must belong to the current
 * user, to root, or to the owner of `cwd` (a checkout in a container). Otherwise CONFIG_INVALID.
 */
export async function findConfigFile(cwd: string, signal?: AbortSignal): Promise<FoundFile | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, CONFIG_FILE_NAME);
    const bytes = await readIfThere(path, signal);
    if (bytes !== undefined) {
      await checkOwner(path, cwd);
      return { path, bytes };
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** The bytes of a file; undefined when it does not exist. */
export async function readIfThere(path: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    if (cause.code === 'ABORT_ERR') throw cause;
    throw new PakhusError('CONFIG_INVALID', `${path}: cannot be read: ${cause.message}`, { cause });
  }
}

async function checkOwner(path: string, cwd: string): Promise<void> {
  const me = process.getuid?.();
  if (me === undefined) return;
  const [file, folder] = await Promise.all([stat(path), stat(cwd)]);
  if ([me, 0, folder.uid].includes(file.uid)) return;
  throw new PakhusError(
    'CONFIG_INVALID',
    `${path}: belongs to another user (id ${file.uid}), so it is not used`,
    {
      hint: `If you trust it, name it: --config ${path}`,
      details: { path, owner: file.uid },
    },
  );
}
