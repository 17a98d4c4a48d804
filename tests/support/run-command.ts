import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a command ended. `code` is 128 + the signal's number where a signal ended it, as a shell says it. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command starts with. */
export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. Default: `PATH` alone, in English. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads from its standard input. Default: nothing. */
  readonly input?: string | Uint8Array;
  /** Default 120,000. The command is killed after it. */
  readonly timeoutMs?: number;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** A `PATH` with the system folders (`dpkg` wants `ldconfig`), English messages, and no trace of the user's settings. */
export function plainEnvironment(): Record<string, string> {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8' };
}

/** Runs a command to its end. A non-zero exit is a result, not an error; a command that cannot be started rejects. */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? plainEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 120_000,
    killSignal: 'SIGKILL',
  });
  // A command that ends without reading its input breaks the pipe; how it ended is the result, not that.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const exit = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0)));
  });
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** The same result where it is a success; else an error that shows what was printed. */
export function succeeded(result: CommandResult): CommandResult {
  if (result.code !== 0) throw new Error(`ended with ${result.code}:\n${result.stdout}${result.stderr}`);
  return result;
}

/** Runs a command that must succeed, and gives its standard output. */
export async function outputOf(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.code !== 0)
    throw new Error(`${argv.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}
