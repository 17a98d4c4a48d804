import { constants, gunzipSync } from 'node:zlib';
import { parseTarHeader, TAR_BLOCK_BYTES } from '../../codec/tar-header.ts';
import { hasCode } from '../../core/pakhus-error.ts';

const GZIP = [0x1f, 0x8b];
/** Entries that are looked at: a folder, an extension and what matters. */
const MOST_ENTRIES = 8;

/**
 * Names of the first entries of a tar archive, without `./`, from the first bytes of a file; gzip is looked into. Empty when it is
 * none. To recognise packages: the archive may be damaged further on.
 */
export function peekTarNames(head: Uint8Array): readonly string[] {
  const plain = isGzip(head) ? gunzipHead(head) : Buffer.from(head);
  const names: string[] = [];
  for (let at = 0; at + TAR_BLOCK_BYTES <= plain.length && names.length < MOST_ENTRIES; ) {
    const header = headerAt(plain, at);
    if (header === undefined) break;
    names.push(header.path.text.replace(/^(\.\/)+/, ''));
    const blocks = 1 + Math.ceil(header.sizeBytes / TAR_BLOCK_BYTES);
    at += blocks * TAR_BLOCK_BYTES;
  }
  return names;
}

/** True for the first bytes of a gzip file. */
export function isGzip(head: Uint8Array): boolean {
  return GZIP.every((byte, index) => head[index] === byte);
}

/** What the first bytes unpack to; nothing when they are damaged. */
function gunzipHead(head: Uint8Array): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      return Buffer.alloc(0);
    throw error;
  }
}

function headerAt(bytes: Buffer, start: number): ReturnType<typeof parseTarHeader> {
  try {
    return parseTarHeader(bytes, { start, name: 'head', offset: start });
  } catch (error) {
    if (hasCode(error, 'ARCHIVE_CORRUPT')) return undefined;
    throw error;
  }
}
