import { runCommand, succeeded } from './run-command.ts';
import type { Lack } from './skip.ts';
import { createTempDir } from './temp.ts';

/** A file system of its own, for tests that fill it. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
}

/** Whether this user may mount one: root may, but not in every container. */
export async function lackOfMounts(): Promise<Lack> {
  try {
    await using _ = await mountSmallDisk('64k');
    return undefined;
  } catch {
    return 'needs the right to mount';
  }
}

/** Mounts an empty one; `size` as mount(8) takes it. */
export async function mountSmallDisk(size: string): Promise<SmallDisk> {
  const dir = await createTempDir('disk');
  try {
    succeeded(await runCommand(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir.path]));
  } catch (error) {
    await dir[Symbol.asyncDispose]();
    throw error;
  }
  return {
    path: dir.path,
    [Symbol.asyncDispose]: async () => {
      succeeded(await runCommand(['umount', dir.path]));
      await dir[Symbol.asyncDispose]();
    },
  };
}
