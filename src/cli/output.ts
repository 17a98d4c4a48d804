/**
 * Writing to stdout and stderr: whole lines, nothing that steers a terminal, and a reader that has gone is no error.
 *
 * Package names, paths and messages come from files that somebody else made. Control characters in them are shown as
 * `\x1b`, so that no line can clear the screen, retitle the window or pretend to be another line.
 */
import { PakhusError } from '../core/pakhus-error.ts';

/** What `main` needs of a stream; `process.stdout` is one. */
export interface OutputStream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A stream with the manners of a command-line tool. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal in cells, read when asked since windows are resized; 80 elsewhere. */
  columns(): number;
  /** Writes each line with a newline. Fails with CLI_OUTPUT when it cannot be written; does nothing once the reader has gone. */
  lines(lines: readonly string[]): Promise<void>;
  /** Writes a line that comes in pieces, no faster than it is read. The pieces are written as they are. Fails as `lines` does. */
  line(pieces: Iterable<string>): Promise<void>;
  /** Writes text as it is: for the progress line, which is made of control sequences. Never fails. */
  raw(text: string): void;
}

/** Pieces of a line are joined to so much before they are written. */
const WRITTEN_CHARACTERS = 65_536;

/** Wraps a stream. `name` is for the error message: `stdout`. */
export function createOutput(name: string, stream: OutputStream): Output {
  let gone = false;
  stream.on('error', () => {
    gone = true;
  });
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (gone) {
        resolve();
        return;
      }
      stream.write(text, (error) => {
        if (!error || isReaderGone(error)) resolve();
        else
          reject(
            new PakhusError('CLI_OUTPUT', `cannot write to ${name}: ${error.message}`, { cause: error }),
          );
      });
    });
  return {
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? 80,
    lines: async (lines) => {
      if (lines.length > 0) await write(`${lines.map(escapeControls).join('\n')}\n`);
    },
    line: async (pieces) => {
      let text = '';
      for (const piece of pieces) {
        text += piece;
        if (text.length < WRITTEN_CHARACTERS) continue;
        await write(text);
        text = '';
      }
      await write(`${text}\n`);
    },
    raw: (text) => {
      if (!gone) stream.write(text, () => {});
    },
  };
}

// The colours of palette.ts first; then C0, DEL, C1, and the characters that reorder or hide text (Unicode TR 36, 3.2).
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /\x1b\[(?:1|2|22|3[1-36]|39)m|[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Colours pass; every other control character becomes visible: `\x07`, `\u202e`. A tab becomes a space. */
export function escapeControls(line: string): string {
  return line.replace(CONTROLS, (found) => {
    if (found.length > 1) return found;
    if (found === '\t') return ' ';
    const code = found.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function isReaderGone(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
