import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Contestant } from '../contestant.ts';
import type { GpgHome } from '../gpg-home.ts';
import { inSequence, measure } from '../measure.ts';

/** aptly: `repo add` into its pool, then `publish` with gz and bz2 (it has no xz), signed by gpg, without Contents. */
export function aptly(dir: string, gpg: GpgHome): Contestant {
  const state = join(dir, 'aptly');
  const config = join(state, 'aptly.conf');
  const run = (args: readonly string[]) =>
    measure({ argv: ['aptly', `-config=${config}`, ...args], env: gpg.env });
  const sign = [`-gpg-key=${gpg.fingerprint}`, '-batch'];
  return {
    id: 'aptly',
    title: 'aptly gz + bz2',
    unfolds: true,
    full: async (debs) => {
      await rm(state, { recursive: true, force: true });
      await mkdir(state, { recursive: true });
      await writeFile(config, configuration(state));
      await run(['repo', 'create', '-distribution=t', '-component=main', 'r']);
      return inSequence([
        await run(['repo', 'add', 'r', debs]),
        await run(['publish', 'repo', ...sign, '-architectures=amd64', 'r']),
      ]);
    },
    addOne: async (deb) =>
      inSequence([await run(['repo', 'add', 'r', deb]), await run(['publish', 'update', ...sign, 't'])]),
    readPackages: async () => {
      const index = await readFile(join(state, 'public/dists/t/main/binary-amd64/Packages.gz'));
      return gunzipSync(index).toString();
    },
    remove: () => rm(state, { recursive: true, force: true }),
  };
}

/** https://www.aptly.info/doc/configuration/ */
function configuration(rootDir: string): string {
  return JSON.stringify({
    rootDir,
    gpgProvider: 'gpg',
    skipContentsPublishing: true,
    downloadConcurrency: 0,
  });
}
