import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes away with its scope: `await using dir = await createTempDir('publish')`. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty folder below the system's temporary folder. */
export async function createTempDir(name: string): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `pakhus-${name}-`));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/**
 * Where tests keep what is slow to fetch: `$PAKHUS_TEST_CACHE`, else `pakhus-tests` below `$XDG_CACHE_HOME` or `~/.cache`.
 * Safe to delete at any time while no test runs.
 */
export function testCacheDir(): string {
  const own = process.env['PAKHUS_TEST_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg, 'pakhus-tests');
}
