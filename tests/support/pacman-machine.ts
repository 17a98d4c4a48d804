/** The files of a machine with pacman, below a scratch folder, and pacman on it: the real one where it is installed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, plainEnvironment, runCommand, succeeded } from './run-command.ts';
import { createTempDir } from './temp.ts';

/** What came with the machine. */
export const PACMAN_CONF = '[options]\nArchitecture = x86_64\nSigLevel = Required DatabaseOptional\n';

export interface PacmanMachine extends AsyncDisposable {
  /**
   * Runs lines of a shell, in which /etc and /var are the machine's, and `pacman` is its own. `pacman-key` adds and removes keys; what it
   * is to sign is trusted at once.
   */
  sh(text: string): Promise<CommandResult>;
  /** A file below the root. */
  read(path: string): Promise<string>;
  /** `name version` of what is installed. */
  installed(): Promise<readonly string[]>;
}

/** @param options `real`: pacman is run; else it is only called for. */
export async function createPacmanMachine({ real }: { readonly real: boolean }): Promise<PacmanMachine> {
  const dir = await createTempDir('machine');
  const root = join(dir.path, 'root');
  const at = (path: string): string => join(root, path);
  for (const folder of ['etc/pacman.d', 'var/lib/pacman/sync', 'var/cache/pacman/pkg', 'hooks'])
    await mkdir(at(folder), { recursive: true });
  await mkdir(at('etc/pacman.d/gnupg'), { mode: 0o700 });
  await writeFile(at('etc/pacman.conf'), PACMAN_CONF);
  const options = [
    ...[`--root ${root}`, `--dbpath ${at('var/lib/pacman')}`, `--cachedir ${at('var/cache/pacman/pkg')}`],
    ...[`--gpgdir ${at('etc/pacman.d/gnupg')}`, `--config ${at('etc/pacman.conf')}`, '--noconfirm'],
    ...[`--logfile ${join(dir.path, 'log')}`, `--hookdir ${at('hooks')}`],
  ].join(' ');
  const functions = [
    real ? `pacman() { command pacman ${options} "$@"; }` : 'pacman() { echo "pacman $*"; }',
    `gpg() { command gpg --batch --quiet --homedir ${at('etc/pacman.d/gnupg')} "$@"; }`,
    // The name of a function has no hyphen in a plain shell.
    'pacman_key() { case "$1" in --add) gpg --import "$2";; --lsign-key) echo "$2:6:" | gpg --import-ownertrust;; --delete) gpg --yes --delete-keys "$2";; esac; }',
  ];
  const sh = (text: string): Promise<CommandResult> => {
    const lines = text.replaceAll('pacman-key', 'pacman_key').replaceAll(/(\/(?:etc|var)\/)/g, `${root}$1`);
    const env = { ...plainEnvironment(), ...libraryPath() };
    return runCommand(['sh', '-c', `${functions.join('\n')}\n${lines}`], { env, cwd: dir.path });
  };
  return {
    sh,
    read: (path) => readFile(at(path), 'utf8'),
    installed: async () =>
      succeeded(await sh('pacman -Q'))
        .stdout.trimEnd()
        .split('\n'),
    [Symbol.asyncDispose]: async () => {
      await runCommand(['gpgconf', '--homedir', at('etc/pacman.d/gnupg'), '--kill', 'all']);
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** For a pacman that was unpacked somewhere, not installed. */
function libraryPath(): Record<string, string> {
  const path = process.env['LD_LIBRARY_PATH'];
  return path === undefined ? {} : { LD_LIBRARY_PATH: path };
}
