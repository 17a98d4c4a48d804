import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file below a folder with its digest, and every folder; a folder that does not exist has none. For comparing before and after. */
export async function folderState(folder: string): Promise<Readonly<Record<string, string>>> {
  const state: Record<string, string> = {};
  const walk = async (inner: string): Promise<void> => {
    for (const name of await readdir(join(folder, inner))) {
      const path = join(inner, name);
      const info = await lstat(join(folder, path));
      if (info.isDirectory()) {
        state[path] = 'folder';
        await walk(path);
      } else {
        const bytes = await readFile(join(folder, path));
        state[path] = createHash('sha256').update(bytes).digest('hex');
      }
    }
  };
  const exists = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (exists) await walk('');
  return state;
}
