/** Immutable blobs of a repository's state, under keys that are never used twice. */
import { createSha256, isSha256Hex, sha256Hex } from '../core/digest.ts';
import { hasCode, PakhusError } from '../core/pakhus-error.ts';
import { field, num, text } from '../core/shape.ts';
import { isUlid } from '../core/ulid.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import { readRange } from './read-range.ts';
import { AT_ONCE, type Uploads } from './uploads.ts';

/** Names a blob and what it holds. */
export interface BlobRef {
  /** `blob/<ulid>-<sha256>`, below the repository's state folder. */
  readonly key: string;
  /** 64 hex digits, of all bytes. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Bytes in one piece or in several. */
export type BlobBytes = Uint8Array | readonly Uint8Array[];

export interface BlobStore {
  /** For messages: the name of the storage. */
  readonly name: string;
  /** Writes a blob under a new key; it is there when the uploads are settled. Errors: those of `Storage.write`. */
  put(bytes: BlobBytes, options?: CallOptions): Promise<BlobRef>;
  /**
   * The bytes of a blob, which are what was written or the call fails.
   * Errors: LEDGER_CORRUPT (missing, other bytes, or more than `limitBytes`), and those of `Storage.read`.
   */
  get(ref: BlobRef, options?: CallOptions & { readonly limitBytes?: number }): Promise<Uint8Array>;
}

/** No blob is larger, unless its reader says otherwise. */
const LIMIT_BYTES = 256 * 1024 * 1024;

/** Blobs in `storage`, the repository's state folder. */
export function createBlobStore(
  storage: Storage,
  options: { readonly ulid: () => string; readonly uploads?: Uploads },
): BlobStore {
  const { ulid, uploads = AT_ONCE } = options;
  const corrupt = (ref: BlobRef, reason: string, found?: string, cause?: unknown): PakhusError =>
    new PakhusError('LEDGER_CORRUPT', `${storage.name}/${ref.key} ${reason}`, {
      hint: 'Run `pakhus verify` to see what else is damaged, and restore the object from a backup.',
      details: { key: ref.key, expected: ref.sha256, found },
      cause,
    });

  const read = async (ref: BlobRef, call: CallOptions): Promise<Uint8Array> => {
    const bytes = await readRange(storage, ref.key, { ...call, offset: 0, length: ref.sizeBytes }).catch(
      (cause) => {
        if (hasCode(cause, 'STORE_OBJECT_NOT_FOUND')) throw corrupt(ref, 'is missing', undefined, cause);
        throw cause;
      },
    );
    const found = sha256Hex(bytes);
    if (found !== ref.sha256) {
      throw corrupt(ref, `is not what was written: expected SHA-256 ${ref.sha256}, found ${found}`, found);
    }
    return bytes;
  };

  const get: BlobStore['get'] = async (ref, { limitBytes = LIMIT_BYTES, ...call } = {}) => {
    if (ref.sizeBytes > limitBytes) {
      throw corrupt(ref, `should have ${ref.sizeBytes} bytes, and no such blob has more than ${limitBytes}`);
    }
    const recent = uploads.recall(ref.sha256);
    return recent === undefined ? read(ref, call) : joined(recent);
  };

  const write = async (ref: BlobRef, chunks: readonly Uint8Array[], call: CallOptions): Promise<void> => {
    const [only] = chunks;
    const body = chunks.length === 1 && only ? only : { sizeBytes: ref.sizeBytes, open: () => chunks };
    try {
      const contentType = 'application/octet-stream';
      await storage.write(ref.key, body, { ...call, ifAbsent: true, contentType });
    } catch (error) {
      // A retry of a write whose answer was lost finds its own object.
      if (!hasCode(error, 'STORE_CONFLICT')) throw error;
      await read(ref, call);
    }
  };

  const put: BlobStore['put'] = async (bytes, call = {}) => {
    const chunks = bytes instanceof Uint8Array ? [bytes] : bytes;
    const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const sha256 = digestOf(chunks);
    const ref = { key: `blob/${ulid()}-${sha256}`, sha256, sizeBytes };
    await uploads.add({ sha256, chunks }, () => write(ref, chunks, call));
    return ref;
  };

  return { name: storage.name, put, get };
}

/** True when a blob could not be read because it is not there. */
export function isMissingBlob(error: unknown): boolean {
  return hasCode(error, 'LEDGER_CORRUPT') && hasCode(error.cause, 'STORE_OBJECT_NOT_FOUND');
}

/** True for a key that {@link createBlobStore} gives to a blob with this digest. */
function isBlobKey(key: string, sha256: string): boolean {
  return (
    isSha256Hex(sha256) &&
    key.endsWith(`-${sha256}`) &&
    /^blob\/[^/]+$/.test(key) &&
    isUlid(key.slice(5, -65))
  );
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}

/** SHA-256 of bytes in several pieces. */
export function digestOf(chunks: readonly Uint8Array[]): string {
  const digest = createSha256();
  for (const chunk of chunks) digest.update(chunk);
  return digest.hex();
}

/** Reads a {@link BlobRef} from JSON. @throws TypeError */
export function readBlobRef(value: unknown): BlobRef {
  const ref = {
    key: field(value, 'key', text),
    sha256: field(value, 'sha256', text),
    sizeBytes: field(value, 'sizeBytes', num),
  };
  if (!isBlobKey(ref.key, ref.sha256) || ref.sizeBytes < 0) throw new TypeError(`'${ref.key}' names no blob`);
  return ref;
}
