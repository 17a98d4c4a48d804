/** The files of a machine with pacman, below a scratch folder of a client, and its pacman and pacman-key on them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AptClient } from './apt-client.ts';
import { type CommandResult, plainEnvironment, succeeded } from './run-command.ts';

/** What came with the machine. */
export const PACMAN_CONF = '[options]\nArchitecture = x86_64\nSigLevel = Required DatabaseOptional\n';

export interface PacmanMachine extends AsyncDisposable {
  /** Runs lines of a shell, in which /etc and /var are the machine's, and `pacman` and `pacman-key` are its own. */
  sh(text: string): Promise<CommandResult>;
  /** A file below the root. */
  read(path: string): Promise<string>;
  /** Replaces a file below the root. */
  write(path: string, text: string): Promise<void>;
  /** `name version` of what is installed. */
  installed(): Promise<readonly string[]>;
}

/** A machine whose programs are those of `client`. Its keyring is not made yet. */
export async function createPacmanMachine(client: AptClient): Promise<PacmanMachine> {
  const parent = client.root === '' ? tmpdir() : join(client.root, 'scratch');
  const folder = await mkdtemp(join(parent, 'pakhus-pacman-'));
  const at = (path: string): string => join(folder, path);
  const inside = folder.slice(client.root.length);
  for (const path of ['etc/pacman.d', 'var/lib/pacman', 'var/cache/pacman/pkg', 'hooks'])
    await mkdir(at(path), { recursive: true });
  await writeFile(at('etc/pacman.conf'), PACMAN_CONF);
  const keyring = `--gpgdir ${inside}/etc/pacman.d/gnupg --config ${inside}/etc/pacman.conf`;
  const options = [
    ...[`--root ${inside}`, `--dbpath ${inside}/var/lib/pacman`, `--cachedir ${inside}/var/cache/pacman/pkg`],
    ...[keyring, `--logfile ${inside}/log`, `--hookdir ${inside}/hooks`, '--noconfirm'],
  ].join(' ');
  const functions = [
    `pacman() { command pacman ${options} "$@"; }`,
    // The name of a function has no hyphen in a plain shell.
    `pacman_key() { command pacman-key ${keyring} "$@"; }`,
  ];
  const sh = (text: string): Promise<CommandResult> => {
    const lines = text.replaceAll('pacman-key', 'pacman_key').replaceAll(/(\/(?:etc|var)\/)/g, `${inside}$1`);
    return client.run(['sh', '-c', `${functions.join('\n')}\n${lines}`], {
      env: plainEnvironment(),
      cwd: '/',
    });
  };
  return {
    sh,
    read: (path) => readFile(at(path), 'utf8'),
    write: (path, text) => writeFile(at(path), text),
    installed: async () =>
      succeeded(await sh('pacman -Q'))
        .stdout.trimEnd()
        .split('\n'),
    [Symbol.asyncDispose]: async () => {
      await client.run(['gpgconf', '--homedir', `${inside}/etc/pacman.d/gnupg`, '--kill', 'all']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
