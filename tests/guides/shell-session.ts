import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One bash for all of a guide: folders, variables and jobs of one block are there in the next. */
export interface ShellSession extends AsyncDisposable {
  /** Runs commands; gives both streams of output as one text. Fails with it when a command fails. */
  run(commands: string): Promise<string>;
}

/** Starts it. `folder` holds its files. */
export function startShell(options: {
  readonly folder: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): ShellSession {
  const { folder, cwd, env } = options;
  const shell = spawn('bash', ['--noprofile', '--norc'], { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
  // Where the shell has gone, the end of its answers says so.
  shell.stdin.on('error', () => {});
  const closed = new Promise<void>((resolve, reject) => {
    shell.on('error', reject);
    shell.on('close', () => resolve());
  });
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  let count = 0;
  return {
    run: async (commands) => {
      const script = join(folder, `block-${count++}.sh`);
      const output = `${script}.out`;
      await writeFile(script, `set -euo pipefail\n${commands}\nset +euo pipefail\n`);
      // Sourced, with a standard input of its own: a command that reads must not swallow the next block.
      shell.stdin.write(`. '${script}' </dev/null >'${output}' 2>&1; echo "$?"\n`);
      const answer = await answers.next();
      const text = await readFile(output, 'utf8');
      if (answer.done === true || answer.value !== '0') throw new Error(`${commands}\n\nfailed:\n${text}`);
      return text;
    },
    [Symbol.asyncDispose]: async () => {
      shell.stdin.end('exit\n');
      await closed;
    },
  };
}
