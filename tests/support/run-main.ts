import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import type { OutputStream } from '../../src/cli/output.ts';
import type { Clock } from '../../src/core/clock.ts';

/** How a command line ended that ran inside the test's own process. */
export interface MainResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it runs with. */
export interface RunMainOptions {
  /** The whole environment but for HOME, which leads nowhere. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a folder that does not exist, so that nothing is found there. */
  readonly cwd?: string;
  /** Both outputs are terminals. Default: neither. */
  readonly isTTY?: boolean;
  /** What comes from stdin. Default: nothing. */
  readonly input?: string;
  /** Every write to stdout fails with this code. */
  readonly stdoutError?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Runs `pakhus ARGV` without a process of its own: a few milliseconds instead of a tenth of a second. */
export async function runMain(argv: readonly string[], options: RunMainOptions = {}): Promise<MainResult> {
  const isTTY = options.isTTY ?? false;
  const stdout = collector({ isTTY, failWith: options.stdoutError });
  const stderr = collector({ isTTY });
  const code = await main({
    argv,
    env: { HOME: '/nohome', ...options.env },
    cwd: options.cwd ?? '/nowhere',
    stdin: () => Object.assign(new PassThrough().end(options.input ?? ''), { isTTY }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signals: new EventEmitter(),
    ...(options.clock && { clock: options.clock }),
    exitNow: () => {
      throw new Error('exitNow was called');
    },
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

interface Collector {
  readonly stream: OutputStream;
  text(): string;
}

function collector({ isTTY, failWith }: { isTTY: boolean; failWith?: string | undefined }): Collector {
  let text = '';
  return {
    stream: {
      isTTY,
      columns: 80,
      on: () => undefined,
      write: (chunk, done) => {
        if (failWith === undefined) text += chunk;
        done(
          failWith === undefined ? null : Object.assign(new Error(`${failWith}: write`), { code: failWith }),
        );
      },
    },
    text: () => text,
  };
}
