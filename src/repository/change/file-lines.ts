/**
 * Files by name, size and digest, one a line: `<sha256> <bytes> <name>`, without a newline at the end. A name may have spaces, no
 * newline. Nothing is said of what a digest or a name has to be like.
 */
import { copyText } from '../../core/copy-text.ts';

/** What a line says. */
export interface FileLine {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

const LINE = /^([^ ]+) (0|[1-9][0-9]{0,15}) (.+)$/s;

export function encodeFileLines(files: Iterable<FileLine>): string {
  const lines: string[] = [];
  for (const { name, sizeBytes, sha256 } of files) lines.push(`${sha256} ${sizeBytes} ${name}`);
  return lines.join('\n');
}

/**
 * The files, made anew each time that somebody goes through them: 60,000 of them take more memory than their lines.
 * @throws TypeError with the first line that has another form
 */
export function parseFileLines(text: string): Iterable<FileLine> {
  for (const _ of linesOf(text));
  return { [Symbol.iterator]: () => linesOf(text) };
}

function* linesOf(text: string): Generator<FileLine, void> {
  let at = 0;
  for (let number = 1; at <= text.length; number++) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const [, sha256, bytes, name] = LINE.exec(text.slice(at, end)) ?? [];
    const sizeBytes = Number(bytes);
    if (sha256 === undefined || name === undefined || !Number.isSafeInteger(sizeBytes))
      throw new TypeError(`line ${number}: expected '<sha256> <bytes> <name>'`);
    // A part of it would keep the whole text.
    yield { name: copyText(name), sizeBytes, sha256 };
    at = end + 1;
  }
}
