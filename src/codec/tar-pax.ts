import { archiveCorrupt } from './archive-error.ts';
import { type TarText, tarText } from './tar-text.ts';

/** What pax records say of an entry; an empty value takes an earlier one back. */
export interface PaxFields {
  readonly path?: TarText;
  readonly linkPath?: TarText;
  readonly sizeBytes?: number | undefined;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const LINE_FEED = 0x0a;
const MAX_LENGTH_DIGITS = 10;

/**
 * Reads pax records, `<length> <key>=<value>\n` each, the length counting itself (POSIX pax, "pax Extended Header").
 * Keeps `path`, `linkpath` and `size`; the last of several wins. Fails with ARCHIVE_CORRUPT.
 */
export function parsePax(body: Buffer, context: { readonly name: string }): PaxFields {
  const fields: { path?: TarText; linkPath?: TarText; sizeBytes?: number | undefined } = {};
  for (let at = 0; at < body.length; ) {
    const { key, value, end } = readRecord(body, { at, name: context.name });
    if (key === 'path') fields.path = textOf(value, { key, name: context.name });
    else if (key === 'linkpath') fields.linkPath = textOf(value, { key, name: context.name });
    else if (key === 'size') fields.sizeBytes = parseSize(value, context.name);
    at = end;
  }
  return fields;
}

function readRecord(
  body: Buffer,
  from: { at: number; name: string },
): { key: string; value: Buffer; end: number } {
  const head = body.subarray(from.at, from.at + MAX_LENGTH_DIGITS + 1);
  const space = head.indexOf(SPACE);
  const digits = head.toString('latin1', 0, Math.max(space, 0));
  const start = from.at + space + 1;
  const end = from.at + Number(digits);
  if (!/^[0-9]+$/.test(digits) || end <= start || end > body.length || body[end - 1] !== LINE_FEED) {
    throw archiveCorrupt(from.name, `the pax record at byte ${from.at} of its header has a wrong length`);
  }
  const record = body.subarray(start, end - 1);
  const equals = record.indexOf(EQUALS);
  if (equals < 1)
    throw archiveCorrupt(from.name, `the pax record at byte ${from.at} of its header has no key`);
  return {
    key: record.toString('latin1', 0, equals),
    value: record.subarray(equals + 1),
    end,
  };
}

function textOf(value: Buffer, from: { key: string; name: string }): TarText {
  if (value.includes(0)) throw archiveCorrupt(from.name, `the pax ${from.key} has a NUL in it`);
  return tarText(value);
}

function parseSize(value: Buffer, name: string): number | undefined {
  if (value.length === 0) return undefined;
  const text = value.toString('latin1');
  if (!/^[0-9]{1,20}$/.test(text)) throw archiveCorrupt(name, 'the pax size is not a decimal number');
  return Number(text);
}
