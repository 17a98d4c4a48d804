import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Contestant } from './contestant.ts';
import { type Measurement, measure } from './measure.ts';

/** pakhus as its users start it: `bin/pakhus`, a process of its own, with a home of its own. */
export interface Pakhus extends Contestant {
  readonly addOne: (deb: string) => Promise<Measurement>;
  /** The repository's folder, that clients reach. */
  readonly root: string;
  /** Publishes a folder whose packages are all there. */
  publishAgain(debs: string): Promise<Measurement>;
  /** Looks at what the removal of a package would break, and changes nothing. */
  checkRemoval(name: string): Promise<Measurement>;
  /** Removes the package that came from the file `deb`, whoever needs it. */
  removeOne(deb: string): Promise<Measurement>;
}

/** `bin/pakhus` of this clone. */
export const PAKHUS: string = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'pakhus');

/**
 * Pointers change at most once a second, so that a publish may wait for the next whole second. That wait is not part of
 * the work: it is spent here, before the clock starts.
 */
export const POINTERS_REST_MS = 1100;

/** pakhus with the default settings (gz + xz), or with the index in gz only. */
export function pakhus(
  dir: string,
  options: { readonly id: string; readonly title: string; readonly gzipOnly?: boolean },
): Pakhus {
  const state = join(dir, options.id);
  const root = join(state, 'public', 'deb');
  const run = (args: readonly string[]) =>
    measure({ argv: [process.execPath, PAKHUS, ...args], cwd: state, env: ownHome(join(state, 'home')) });
  const rested = async (args: readonly string[]) => {
    await sleep(POINTERS_REST_MS);
    return run(args);
  };
  return {
    id: options.id,
    title: options.title,
    unfolds: false,
    root,
    full: async (debs) => {
      await rm(state, { recursive: true, force: true });
      await mkdir(join(state, 'home'), { recursive: true });
      if (options.gzipOnly) await writeFile(join(state, 'pakhus.yaml'), GZIP_ONLY);
      return run(['publish', debs, '--init', '--json']);
    },
    addOne: (deb) => rested(['publish', deb, '--json']),
    publishAgain: (debs) => rested(['publish', debs, '--json']),
    checkRemoval: (name) => run(['remove', 'deb', name, '--dry-run', '--allow-uninstallable', '--json']),
    removeOne: (deb) =>
      rested(['remove', 'deb', basename(deb).replace(/_.*/, ''), '--allow-uninstallable', '--json']),
    readPackages: async () => {
      const index = await readFile(join(root, 'dists/stable/main/binary-amd64/Packages.gz'));
      return gunzipSync(index).toString();
    },
    remove: () => rm(state, { recursive: true, force: true }),
  };
}

const GZIP_ONLY = `store: ./public
repositories:
  deb: { format: deb, compression: gzip }
`;

/** Nobody's configuration, keys or caches but those in `home`. */
export function ownHome(home: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { HOME: home, LANG: 'C.UTF-8', ...(PATH === undefined ? {} : { PATH }) };
}
