/**
 * The cleartext signature framework (RFC 9580 section 7), to the byte.
 *
 * ```
 * -----BEGIN PGP SIGNED MESSAGE-----
 * Hash: SHA512
 *                                          ┐
 * Origin: example                          │ the text: a line that starts with "-" is written as "- -…";
 * Label: example                           │ its last line end is not signed, nor are blanks at the end of a line
 * -----BEGIN PGP SIGNATURE-----            ┘ (signed are the lines, joined by CR LF)
 *
 * wnUEARYK…
 * -----END PGP SIGNATURE-----
 * ```
 *
 * apt splits such a file by itself and accepts no line outside of it. Its text is written here as it was given, so that what
 * apt reads from `InRelease` is `Release`. Works on bytes; a character set is none of its business.
 */
import { PakhusError } from '../core/pakhus-error.ts';

const BEGIN_MESSAGE = '-----BEGIN PGP SIGNED MESSAGE-----';
const BEGIN_SIGNATURE = '-----BEGIN PGP SIGNATURE-----';
const END_SIGNATURE = '-----END PGP SIGNATURE-----';
const HASH_HEADER = 'Hash: ';
const TAB = 0x09;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const DELETE = 0x7f;

/** A message taken apart. Nothing of it is verified yet. */
export interface ClearParts {
  /** What the signature covers: lines joined by CR LF, without blanks at their ends and without the last line end. */
  readonly signed: Uint8Array;
  /** The same for readers: lines ended by LF. */
  readonly text: Uint8Array;
  /** The armored signature block. */
  readonly signature: string;
}

/**
 * What is signed when `text` is clear-signed.
 * @throws SIGN_FAILED when `text` does not end with a line end, or holds a control character other than tab and line end: clients
 *   do not agree on what those do to a line.
 */
export function signedForm(text: Uint8Array): Uint8Array {
  if (text.at(-1) !== LINE_FEED) throw unsuitable('it does not end with a line end');
  const control = text.find(
    (byte) => (byte < SPACE && byte !== TAB && byte !== LINE_FEED) || byte === DELETE,
  );
  if (control !== undefined) throw unsuitable(`it holds the control character 0x${control.toString(16)}`);
  const lines = latin1(text).slice(0, -1).split('\n').map(trimBlanks);
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** Puts a text and its armored signature together. `hashes`: names such as `SHA512`, of all signatures in the block. */
export function frameClear(
  text: Uint8Array,
  { signature, hashes }: { readonly signature: string; readonly hashes: readonly string[] },
): Uint8Array {
  const lines = latin1(text)
    .split('\n')
    .map((line) => (line.startsWith('-') ? `- ${line}` : line));
  const header = `${BEGIN_MESSAGE}\n${HASH_HEADER}${[...new Set(hashes)].join(',')}\n\n`;
  return Buffer.from(header + lines.join('\n') + signature, 'latin1');
}

/**
 * Takes a clear-signed message apart. Strict: one message, nothing before or after it, no header but `Hash:`, one signature
 * block, every dash at a line's start escaped. What is wrong is thrown as `refuse(why)`.
 */
export function splitClear(message: Uint8Array, refuse: (why: string) => Error): ClearParts {
  const lines = latin1(message).split('\n').map(withoutCr);
  if (lines[0] !== BEGIN_MESSAGE) throw refuse('it does not begin with a clear-signed message');
  const bodyStart = 1 + lines.slice(1).findIndex((line) => !line.startsWith(HASH_HEADER));
  if (lines[bodyStart] !== '') throw refuse('its header has more than Hash lines');
  const signatureStart = lines.indexOf(BEGIN_SIGNATURE, bodyStart);
  const signatureEnd = lines.indexOf(END_SIGNATURE, bodyStart);
  if (signatureStart === -1 || signatureEnd < signatureStart) throw refuse('it has no complete signature');
  if (lines.slice(signatureEnd + 1).some((line) => line !== ''))
    throw refuse('something follows the signature');
  const body = lines.slice(bodyStart + 1, signatureStart).map((line) => unescapeLine(line, refuse));
  return {
    signed: Buffer.from(body.join('\r\n'), 'latin1'),
    text: Buffer.from(body.map((line) => `${line}\n`).join(''), 'latin1'),
    signature: `${lines.slice(signatureStart, signatureEnd + 1).join('\n')}\n`,
  };
}

function unescapeLine(line: string, refuse: (why: string) => Error): string {
  if (line.includes('\r') || line.includes('\0'))
    throw refuse('a line holds a carriage return or a NUL byte');
  if (!line.startsWith('-')) return trimBlanks(line);
  if (!line.startsWith('- ')) throw refuse('a line begins with an unescaped dash');
  return trimBlanks(line.slice(2));
}

/** Without spaces and tabs at the end; a loop, because a regular expression is quadratic on long runs of blanks. */
function trimBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  return line.slice(0, end);
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function unsuitable(why: string): PakhusError {
  return new PakhusError('SIGN_FAILED', `A text cannot be clear-signed: ${why}`);
}
