/**
 * A leaf: some 256 packages of a run, sorted, one JSON object per line, in one zstd frame. The bytes depend on the packages
 * alone (fixed field order, fixed level).
 */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { isSha256Hex } from '../core/digest.ts';
import { releaseBytes } from '../core/release-bytes.ts';
import type { PackageRecord } from '../formats/format.ts';
import { compareKeys, describeKey } from './package-key.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const LEVEL = 3;

/** One line of a leaf, without its newline. */
export function encodeRecord(record: PackageRecord): string {
  return JSON.stringify({
    name: record.name,
    version: record.version,
    architecture: record.architecture,
    path: record.path,
    sizeBytes: record.sizeBytes,
    sha256: record.sha256,
    metadata: record.metadata,
  });
}

/** The bytes of a leaf from its lines. Runs on the thread pool. */
export async function encodeLeaf(lines: readonly string[]): Promise<Uint8Array> {
  const text = Buffer.from(`${lines.join('\n')}\n`);
  const packed = await compress(text, {
    // One step instead of many small ones.
    chunkSize: Math.max(text.length, 64),
    pledgedSrcSize: text.length,
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 0 },
  });
  // A copy, for the buffer has room for all of the text.
  const bytes = new Uint8Array(packed);
  for (const used of [text, packed]) releaseBytes(used);
  return bytes;
}

/**
 * Reads a leaf back.
 * @param plainBytes How long its text is; more is refused while it is inflated.
 * @throws TypeError that says which line is wrong; an error of zlib.
 */
export async function decodeLeaf(bytes: Uint8Array, plainBytes: number): Promise<PackageRecord[]> {
  const plain = await decompress(bytes, {
    maxOutputLength: plainBytes,
    chunkSize: Math.max(plainBytes + 1, 64),
  });
  if (plain.length !== plainBytes)
    throw new TypeError(`expected ${plainBytes} bytes of text, found ${plain.length}`);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
  if (!text.endsWith('\n')) throw new TypeError('the last line has no end');
  // A newline cannot be inside a JSON text of one line, so one call parses all of them.
  const values: unknown = JSON.parse(`[${text.slice(0, -1).replaceAll('\n', ',')}]`);
  if (!Array.isArray(values)) throw new TypeError('expected a list');
  const records = values.map((value: unknown, index) => {
    if (!isPackageRecord(value)) throw new TypeError(`line ${index + 1} is no package`);
    return value;
  });
  checkOrder(records);
  return records;
}

function checkOrder(records: readonly PackageRecord[]): void {
  let before: PackageRecord | undefined;
  for (const record of records) {
    if (before && compareKeys(before, record) >= 0)
      throw new TypeError(`${describeKey(record)} is out of order`);
    before = record;
  }
}

function isPackageRecord(value: unknown): value is PackageRecord {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 7) return false;
  const record: Partial<Record<keyof PackageRecord, unknown>> = value;
  return (
    typeof record.name === 'string' &&
    typeof record.version === 'string' &&
    typeof record.architecture === 'string' &&
    typeof record.path === 'string' &&
    typeof record.sizeBytes === 'number' &&
    Number.isSafeInteger(record.sizeBytes) &&
    record.sizeBytes >= 0 &&
    typeof record.sha256 === 'string' &&
    isSha256Hex(record.sha256) &&
    typeof record.metadata === 'string'
  );
}
