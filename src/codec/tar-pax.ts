import { archiveCorrupt } from './archive-error.ts';

/** What pax records say of an entry; an empty value takes an earlier one back. */
export interface PaxFields {
  readonly path?: Uint8Array;
  readonly linkPath?: Uint8Array;
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
export function parsePax(body: Uint8Array, context: { readonly name: string }): PaxFields {
  const fields: { path?: Uint8Array; linkPath?: Uint8Array; sizeBytes?: number | undefined } = {};
  for (let at = 0; at < body.length; ) {
    const { key, value, end } = readRecord(body, { at, name: context.name });
    if (key === 'path') fields.path = withoutNul(value, { key, name: context.name });
    else if (key === 'linkpath') fields.linkPath = withoutNul(value, { key, name: context.name });
    else if (key === 'size') fields.sizeBytes = parseSize(value, context.name);
    at = end;
  }
  return fields;
}

function readRecord(
  body: Uint8Array,
  from: { at: number; name: string },
): { key: string; value: Uint8Array; end: number } {
  const head = body.subarray(from.at, from.at + MAX_LENGTH_DIGITS + 1);
  const space = head.indexOf(SPACE);
  const digits = Buffer.from(head.subarray(0, Math.max(space, 0))).toString('latin1');
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
    key: Buffer.from(record.subarray(0, equals)).toString('latin1'),
    value: record.slice(equals + 1),
    end,
  };
}

function withoutNul(value: Uint8Array, from: { key: string; name: string }): Uint8Array {
  if (value.includes(0)) throw archiveCorrupt(from.name, `the pax ${from.key} has a NUL in it`);
  return value;
}

function parseSize(value: Uint8Array, name: string): number | undefined {
  if (value.length === 0) return undefined;
  const text = Buffer.from(value).toString('latin1');
  if (!/^[0-9]{1,20}$/.test(text)) throw archiveCorrupt(name, 'the pax size is not a decimal number');
  return Number(text);
}
