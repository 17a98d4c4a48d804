import { isUtf8 } from 'node:buffer';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { Lint } from '../format.ts';

/** The text of a control file. */
export interface ControlText {
  readonly text: string;
  readonly lints: readonly Lint[];
}

/**
 * Decodes a control file. Lines that are no UTF-8 are taken as Windows-1252, which contains all that is printable in
 * Latin-1. Refuses, as dpkg does, an empty line that ends with CR LF, and a file without a final newline.
 */
export function decodeControl(
  bytes: Uint8Array,
  options: { readonly name: string /** First part of the codes of lints. */; readonly format: string },
): ControlText {
  const { format } = options;
  const lints: Lint[] = [];
  const text = isUtf8(bytes) ? asBuffer(bytes).toString('utf8') : decodeLines(bytes, { lints, format });
  if (!text.endsWith('\n')) throw unreadable(options.name, 'the last line of control has no newline');
  if (text.includes('\r\n')) {
    if (/(^|\n)\r\n/.test(text))
      throw unreadable(options.name, 'control has an empty line that ends with CR LF');
    lints.push({
      code: `${format}-crlf`,
      message: 'control has lines that end with CR LF; the index has LF',
    });
  }
  return { text, lints };
}

function decodeLines(
  bytes: Uint8Array,
  { lints, format }: { readonly lints: Lint[]; readonly format: string },
): string {
  const buffer = asBuffer(bytes);
  const windows1252 = new TextDecoder('windows-1252');
  const converted: number[] = [];
  const lines: string[] = [];
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(0x0a, start);
    const end = newline === -1 ? buffer.length : newline + 1;
    const line = buffer.subarray(start, end);
    if (isUtf8(line)) {
      lines.push(line.toString('utf8'));
    } else {
      lines.push(windows1252.decode(line));
      converted.push(lines.length);
    }
    start = end;
  }
  const shown = converted.slice(0, 10).join(', ') + (converted.length > 10 ? ', …' : '');
  lints.push({
    code: `${format}-not-utf8`,
    message: `control is not UTF-8 in line ${shown}; taken as Windows-1252 (Latin-1) and converted`,
  });
  return lines.join('');
}

function unreadable(name: string, reason: string): PakhusError {
  return new PakhusError('PACKAGE_INVALID', `${name}: ${reason}, which dpkg refuses to read`, {
    hint: 'Correct the control file and build the package again.',
    details: { name },
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
