/** A machine with wpkg, below a scratch folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, plainEnvironment, runCommand, succeeded } from './run-command.ts';
import { createTempDir } from './temp.ts';

export interface WpkgMachine extends AsyncDisposable {
  readonly root: string;
  /** Runs lines of a shell, in which /var is the machine's, and `wpkg` its own. */
  sh(text: string): Promise<CommandResult>;
  /** A file below the root. */
  read(path: string): Promise<string>;
}

/** wpkg is stopped after this: it hangs where a server does not say how long its answer is, and then hears no gentle signal. */
const MOST_SECONDS = 60;

/** A machine for packages of linux-amd64, without any. `real: false`: wpkg is only called for. */
export async function createWpkgMachine({ real }: { readonly real: boolean }): Promise<WpkgMachine> {
  const dir = await createTempDir('wpkg-machine');
  const root = join(dir.path, 'root');
  await mkdir(join(root, real ? '' : 'var/lib/wpkg/core'), { recursive: true });
  const command = `timeout -s KILL ${MOST_SECONDS} wpkg --root ${root} "$@"`;
  const machine: WpkgMachine = {
    root,
    sh: (text) => {
      const lines = text.replaceAll('/var/lib/wpkg', `${root}/var/lib/wpkg`);
      const wpkg = real ? command : 'echo "wpkg $*"';
      return runCommand(['sh', '-c', `wpkg() { ${wpkg}; }\n${lines}`], {
        env: plainEnvironment(),
        cwd: dir.path,
      });
    },
    read: (path) => readFile(join(root, path), 'utf8'),
    [Symbol.asyncDispose]: dir[Symbol.asyncDispose],
  };
  if (real) {
    const control = ['Architecture: linux-amd64', 'Description: a machine', 'Maintainer: A <a@example.org>'];
    await writeFile(join(dir.path, 'core.ctrl'), `${control.join('\n')}\n`);
    succeeded(await machine.sh('wpkg --create-admindir core.ctrl'));
  }
  return machine;
}
