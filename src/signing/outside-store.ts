import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PakhusError } from '../core/pakhus-error.ts';

/**
 * Refuses a place for a secret key that lies in a store's folder, where clients could fetch it. Symbolic links are followed on both sides; what
 * does not exist yet is judged by the nearest folder that does. Call it before a key is written or read.
 * @throws CONFIG_INVALID
 */
export async function assertOutsideStore(keyPath: string, storeRoot: string): Promise<void> {
  const [key, store] = [await realPlace(keyPath), await realPlace(storeRoot)];
  const way = relative(store, key);
  if (way !== '' && (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))) return;
  throw new PakhusError(
    'CONFIG_INVALID',
    `Secret key ${keyPath} lies in the store ${storeRoot}, which clients read`,
    {
      hint: 'Keep keys in a folder of your own, outside of the store.',
      details: { keyPath, storeRoot, realKeyPath: key },
    },
  );
}

async function realPlace(path: string): Promise<string> {
  const missing: string[] = [];
  for (let place = resolve(path); ; place = dirname(place)) {
    try {
      return join(await realpath(place), ...missing);
    } catch (error) {
      const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!absent || dirname(place) === place) throw error;
      missing.unshift(place.slice(dirname(place).length).replace(/^[\\/]/, ''));
    }
  }
}
