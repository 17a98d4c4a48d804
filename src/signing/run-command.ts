import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** What a command starts with. No shell is involved: each element of the list is one argument. */
export interface CommandOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Given on standard input; left out: it is empty. */
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Standard output of a command that ended with 0, or why there is none. */
export type CommandOutcome =
  | { readonly output: Buffer }
  | { readonly failure: string /** Its last words, printable and bounded. */; readonly stderr: string };

const MAX_STDERR_CHARS = 2_000;
const KILL_AFTER_MS = 2_000;

/**
 * Runs a command to its end. Whatever goes wrong with it is an outcome (not found, another exit code, too slow, too much output);
 * only an abort rejects, with the signal's reason. A command that is given up gets SIGTERM, two seconds later SIGKILL.
 */
export function runCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const { signal, timeoutMs, maxOutputBytes } = options;
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const child = spawn(program, args, { env: { ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    let outputBytes = 0;
    let stderr = '';
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (failure: string) => settle(() => resolve({ failure, stderr: printable(stderr) }));
    const giveUp = (finish: () => void) => {
      kill(child);
      finish();
    };
    const onAbort = () => giveUp(() => settle(() => reject(signal?.reason)));
    const timer = setTimeout(
      () => giveUp(() => fail(`${program} did not finish within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (outputBytes <= maxOutputBytes) output.push(chunk);
      else giveUp(() => fail(`${program} printed more than ${maxOutputBytes} bytes`));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR_CHARS);
    });
    child.on('error', (error) => fail(`${program} cannot be run: ${error.message}`));
    child.on('close', (code, signalName) => {
      if (code === 0) settle(() => resolve({ output: Buffer.concat(output) }));
      else fail(`${program} ended with ${code ?? signalName}`);
    });
    // A command that does not read its input closes the pipe; its exit code says whether that is a failure.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input);
  });
}

function kill(child: ChildProcessWithoutNullStreams): void {
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGTERM');
  child.unref();
  setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
}

/** Without terminal controls, which a command or an attacker behind it may print. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '?').trim();
}
