/** Reads a `Packages` file that another program made, to keep each stanza as clients know it. */
import { isUtf8 } from 'node:buffer';
import { PakhusError } from '../../core/pakhus-error.ts';
import type { BadEntry, ListedIndex, ListedPackage } from '../adoption.ts';
import type { PackageMeta, PackageRecord } from '../format.ts';
import { ARCHITECTURE_ALL } from './channel.ts';
import { readControl } from './control.ts';
import { createFieldScanner } from './field-scanner.ts';
import { isSafePath } from './paths.ts';
import { udebSlot } from './slots.ts';

/** One stanza of more is nothing that apt reads. */
const MAX_STANZA_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;
const BLANK_LINE = Buffer.from('\n\n');

const scan = createFieldScanner('package', 'filename', 'size', 'sha256');
const scanDescription = createFieldScanner('description');

/** The stanzas of an index; one that apt would not read is bad by itself. */
export function* readListedPackages(
  text: Uint8Array,
  index: ListedIndex,
): Generator<ListedPackage | BadEntry> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  for (let at = 0, count = 1; ; count++) {
    while (bytes[at] === LINE_FEED) at++;
    if (at >= bytes.length) return;
    const blank = bytes.indexOf(BLANK_LINE, at);
    const end = blank === -1 ? bytes.length : blank + 1;
    yield readStanza(bytes.subarray(at, end), { index, count });
    at = end;
  }
}

function readStanza(
  bytes: Buffer,
  { index, count }: { readonly index: ListedIndex; readonly count: number },
): ListedPackage | BadEntry {
  const nameless = `${index.path}: stanza ${count}`;
  if (bytes.length > MAX_STANZA_BYTES) return { where: nameless, problem: 'it is longer than apt reads' };
  const fields = new Map<string, string>();
  const stanza = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
  scan(stanza, (name, start, end) => fields.set(name, stanza.slice(start, end).trim()));
  const filename = (fields.get('filename') ?? '').replace(/^(\.\/+)+/, '');
  const where = isSafePath(filename) ? filename : nameless;
  const bad = (problem: string): BadEntry => ({ where, problem });
  const size = fields.get('size') ?? '';
  const sha256 = (fields.get('sha256') ?? '').toLowerCase();
  if (!isSafePath(filename)) return bad(`Filename ${excerpt(filename)} names no file of the repository`);
  if (!/^\d{1,15}$/.test(size)) return bad(`Size ${excerpt(size)} is no size`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) return bad('it has no SHA256, and apt trusts no weaker digest');
  try {
    const text = bytes.at(-1) === LINE_FEED ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
    const { name, version, architecture, metadata } = readControl(text, { name: where });
    if (architecture !== index.architecture && architecture !== ARCHITECTURE_ALL)
      return bad(`it is for ${architecture}, and ${index.path} lists it`);
    const slot = index.udeb ? udebSlot(architecture) : architecture;
    return {
      slot,
      record: { name, version, architecture, path: filename, sizeBytes: Number(size), sha256, metadata },
    };
  } catch (error) {
    if (!(error instanceof PakhusError)) throw error;
    return bad(error.message.replace(`${where}: `, ''));
  }
}

/**
 * The stanza as clients know it. Where it has the first line of the description alone, because the rest was in a file of
 * translations, the package's own takes its place.
 */
export function adoptPackage({ record }: ListedPackage, own: PackageMeta): PackageRecord | string {
  for (const key of ['name', 'version', 'architecture'] as const) {
    if (record[key] !== own[key])
      return `its ${key} is ${excerpt(own[key])}, and the index says ${excerpt(record[key])}`;
  }
  const listed = descriptionOf(record.metadata);
  const whole = descriptionOf(own.metadata);
  if (listed.text.includes('\n') || !whole.text.startsWith(`${listed.text}\n`)) return record;
  const { start, end } = listed;
  return { ...record, metadata: record.metadata.slice(0, start) + whole.text + record.metadata.slice(end) };
}

function descriptionOf(metadata: string): {
  readonly text: string;
  readonly start: number;
  readonly end: number;
} {
  let found = { text: '\n', start: 0, end: 0 };
  scanDescription(metadata, (_, start, end) => {
    found = { text: metadata.slice(start, end), start, end };
  });
  return found;
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
