import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant } from '../contestant.ts';
import { measure } from '../measure.ts';

/** `apt-ftparchive packages DIR`: reads and hashes every package, writes one plain `Packages`; no pool, no signature. */
export function aptFtparchive(dir: string): Contestant {
  const state = join(dir, 'apt-ftparchive');
  const index = join(state, 'Packages');
  return {
    id: 'apt-ftparchive',
    title: 'apt-ftparchive, scan only',
    unfolds: false,
    full: async (debs) => {
      await rm(state, { recursive: true, force: true });
      await mkdir(state, { recursive: true });
      return measure({ argv: ['apt-ftparchive', 'packages', '.'], cwd: debs, stdout: index });
    },
    readPackages: () => readFile(index, 'utf8'),
    remove: () => rm(state, { recursive: true, force: true }),
  };
}
