import { copyFile, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAptRoot } from './apt.ts';
import { createMachineClient, fetchEnvironment, machineAcquireSettings } from './apt-client.ts';
import { findDebianMirror } from './debian-mirror.ts';
import { outputOf, succeeded } from './run-command.ts';

/** Changes with what is put into the folder, so that an older folder is not taken for a newer one. */
export const TRIXIE_RECIPE = 'apt-sqv-pacman-1';

const PROGRAMS = ['apt', 'sqv', 'pacman-package-manager', 'makepkg', 'gnupg'];

/** The file that says that the folder is complete. Written last, before the folder gets its final name. */
export const TRIXIE_MARKER = 'complete.json';

/**
 * Makes a Debian 13 with apt, sqv and pacman in the folder `root`, or leaves it alone where it is complete.
 *
 * The machine's apt resolves and verifies the packages, `dpkg-deb -x` unpacks them. No maintainer script runs: apt, dpkg,
 * sqv and pacman work without, and nothing needs mounts or a booted system. Some 150 packages, 60 MB to fetch, 230 MB unpacked.
 */
export async function buildTrixie(root: string): Promise<void> {
  if (await exists(join(root, TRIXIE_MARKER))) return;
  const mirror = await findDebianMirror();
  if (mirror === undefined) throw new Error('the apt configuration of this machine names no Debian mirror');
  const architecture = (await outputOf(['dpkg', '--print-architecture'])).trim();
  await using apt = await createAptRoot(await createMachineClient(), {
    sources: `Types: deb\nURIs: ${mirror.uri}\nSuites: trixie\nComponents: main\nSigned-By: ${mirror.keyring}\n`,
    architecture,
    config: `${await machineAcquireSettings()}\nAcquire::Languages "none";\nAcquire::Retries "3";`,
    env: fetchEnvironment(),
  });
  succeeded(await apt.update());
  succeeded(await apt.install('--download-only', '?essential', ...PROGRAMS));

  const partial = `${root}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const archives = join(apt.path, 'var/cache/apt/archives');
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort(baseFilesFirst);
  for (const name of packages) await outputOf(['dpkg-deb', '-x', join(archives, name), partial]);
  await finish(partial);
  await writeFile(join(partial, TRIXIE_MARKER), `${JSON.stringify({ recipe: TRIXIE_RECIPE, packages })}\n`);
  await rm(root, { recursive: true, force: true });
  await rename(partial, root);
}

/** base-files holds the links `/bin` to `/usr/bin` and so on; they must be there before anything is put below them. */
function baseFilesFirst(a: string, b: string): number {
  const rank = (name: string): number => (name.startsWith('base-files_') ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** What maintainer scripts and udev would have made. */
async function finish(root: string): Promise<void> {
  for (const name of ['passwd', 'group']) {
    await copyFile(join(root, `usr/share/base-passwd/${name}.master`), join(root, `etc/${name}`));
  }
  for (const [name, minor] of [
    ['null', '3'],
    ['zero', '5'],
    ['urandom', '9'],
  ] as const) {
    await outputOf(['mknod', '-m', '666', join(root, 'dev', name), 'c', '1', minor]);
  }
  await symlink('mawk', join(root, 'usr/bin/awk'));
  await mkdir(join(root, 'scratch'));
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

if (import.meta.main) {
  const [root] = process.argv.slice(2);
  if (root === undefined) throw new Error('usage: trixie-build.ts FOLDER');
  try {
    await buildTrixie(root);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
