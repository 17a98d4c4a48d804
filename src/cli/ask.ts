/** Yes or no, on a terminal only. */
import type { Output } from './output.ts';
import type { Reporter } from './reporter.ts';

/** Where the answer comes from: `process.stdin`. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

/** Asks, and waits for the answer. */
export type Ask = (question: string) => Promise<boolean>;

/** What asking needs. */
export interface AskOptions {
  readonly stdin: InputStream;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Taken away while the question stands. */
  readonly reporter: Reporter;
}

/**
 * A function that asks on stderr and reads one line: `y` or `yes` is yes, anything else no.
 * The line editor stays off, so that Ctrl-C reaches the process; it rejects with the signal's reason.
 */
export function createAsk({ stdin, output, signal, reporter }: AskOptions): Ask {
  return async (question) => {
    const { createInterface } = await import('node:readline/promises');
    reporter.pause();
    output.raw(`${question} [y/N] `);
    const lines = createInterface({ input: stdin, terminal: false });
    try {
      // The end of the input closes the reader without an answer.
      const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      const answer = await Promise.race([lines.question('', { signal }), ended]);
      return /^\s*y(es)?\s*$/i.test(answer);
    } finally {
      lines.close();
    }
  };
}
