import { readFile } from 'node:fs/promises';
import { outputOf } from './run-command.ts';

/** Where this machine gets Debian from. */
export interface DebianMirror {
  readonly uri: string;
  /** Keyring with the keys of Debian's releases, a path of this machine. */
  readonly keyring: string;
}

const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];

/** The first source of the machine's own apt configuration that carries Debian's `main`. Undefined: there is none. */
export async function findDebianMirror(): Promise<DebianMirror | undefined> {
  const release = await readFile('/etc/os-release', 'utf8');
  if (!/^ID=debian$/m.test(release)) return undefined;
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1];
  const targets = await outputOf([
    'apt-get',
    'indextargets',
    '--no-release-info',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Created-By: Packages',
  ]);
  const main = targets
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, suite, component]) => component === 'main' && (suite === codename || suite === 'stable'));
  const keyring = await firstReadable(KEYRINGS);
  return main?.[0] === undefined || keyring === undefined ? undefined : { uri: main[0], keyring };
}

async function firstReadable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await readFile(path);
      return path;
    } catch {
      // Debian 12 has one of the names, Debian 13 the other as well.
    }
  }
  return undefined;
}
