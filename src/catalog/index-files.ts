/** Where the files of indexes are kept: at a public name that holds their digest, where the format has one, else as blobs. */
import { hasCode } from '../core/pakhus-error.ts';
import { quietly } from '../core/quietly.ts';
import { ENCODING_SUFFIX, type Encoding, type Format } from '../formats/format.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import { type BlobStore, digestOf } from './blobs.ts';
import type { IndexFile, IndexFileSource } from './catalog.ts';
import { readRange } from './read-range.ts';
import { AT_ONCE, type Uploads } from './uploads.ts';

/** The bytes of an index in one encoding. */
export interface NewIndexFile {
  /** The index's path, without suffix. */
  readonly path: string;
  readonly encoding: Encoding;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly chunks: readonly Uint8Array[];
}

export interface IndexFiles {
  /**
   * Keeps a file under a name that never changes; it is there when the uploads are settled. Errors: those of `Storage.write` and
   * `Storage.read`.
   */
  write(file: NewIndexFile, options?: CallOptions): Promise<IndexFileSource>;
  /** Makes known the bytes of a file that was read and checked: it may be wanted again soon. */
  keep(file: KeptFile, bytes: Uint8Array): void;
  /** Begins to read a file whose first range will be wanted soon, where a store is far away. */
  ahead(file: IndexFile, call: CallOptions): void;
  /** A range of a file, unchecked; undefined when the file is missing or ends before. */
  read(
    file: KeptFile,
    options: CallOptions & { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array | undefined>;
}

/** A file that is kept somewhere. */
export type KeptFile = Pick<IndexFile, 'sha256'> & { readonly from: IndexFileSource };

/** Of a smaller index, what is made anew may be much of it. */
const WORTH_BYTES = 4 * 1024 * 1024;
const FOREVER = 'public, max-age=31536000, immutable';

/** Files in `tree`, the repository's public folder, and in `blobs`, which lie in `state`. */
export function createIndexFiles(options: {
  readonly tree: Storage;
  readonly state: Storage;
  readonly blobs: BlobStore;
  readonly format: Pick<Format, 'hashedIndexPath' | 'contentType'>;
  readonly uploads?: Uploads;
}): IndexFiles {
  const { tree, state, blobs, format, uploads = AT_ONCE } = options;
  // One piece is one request, and lets go of all that its parts were cut from.
  const isFar = tree.capabilities.metadata;
  const coming = new Map<string, Promise<Uint8Array>>();
  const storeOf = (from: IndexFileSource): readonly [Storage, string] =>
    'tree' in from ? [tree, from.tree] : [state, from.blob];
  return {
    async write(file, call = {}) {
      const path = format.hashedIndexPath?.(file.path + ENCODING_SUFFIX[file.encoding], file.sha256);
      if (path === undefined) return { blob: (await blobs.put(file.chunks, call)).key };
      const kept = isFar ? { ...file, chunks: [Buffer.concat(file.chunks)] } : file;
      const target = { path, file: kept, contentType: format.contentType(path) };
      await uploads.add(kept, () => writeHashed(tree, target, call));
      return { tree: path };
    },
    keep: ({ sha256 }, bytes) => uploads.keep(sha256, [bytes]),
    ahead({ from, sha256, sizeBytes }, call) {
      const isHere = from === undefined || uploads.recall(sha256) !== undefined;
      if (!isFar || isHere || sizeBytes < WORTH_BYTES || coming.has(sha256)) return;
      coming.set(sha256, quietly(readRange(...storeOf(from), { ...call, offset: 0, length: sizeBytes })));
    },
    async read({ from, sha256 }, call) {
      const recent = uploads.recall(sha256);
      if (recent !== undefined) return sliceOf(recent, call);
      const whole = coming.get(sha256);
      coming.delete(sha256);
      try {
        if (whole !== undefined) return sliceOf([await whole], call);
        const bytes = await readRange(...storeOf(from), call);
        return bytes.length === call.length ? bytes : undefined;
      } catch (error) {
        if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
        throw error;
      }
    },
  };
}

/** Writes a file whose name holds its digest. What lies there already is kept when it is the same, else it is repaired. */
async function writeHashed(
  tree: Storage,
  target: { readonly path: string; readonly file: NewIndexFile; readonly contentType: string },
  call: CallOptions,
): Promise<void> {
  const { path, file, contentType } = target;
  const [only] = file.chunks;
  const isOne = file.chunks.length === 1 && only !== undefined;
  const body = isOne ? only : { sizeBytes: file.sizeBytes, open: () => file.chunks };
  const headers = { ...call, contentType, cacheControl: FOREVER };
  try {
    await tree.write(path, body, { ...headers, ifAbsent: true });
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    const { sizeBytes } = await tree.stat(path, call);
    const there = await readRange(tree, path, { ...call, offset: 0, length: file.sizeBytes });
    if (sizeBytes !== file.sizeBytes || digestOf([there]) !== file.sha256)
      await tree.write(path, body, headers);
  }
}

function sliceOf(
  chunks: readonly Uint8Array[],
  { offset, length }: { readonly offset: number; readonly length: number },
): Uint8Array | undefined {
  const [only] = chunks;
  const all = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  const bytes = all.subarray(offset, offset + length);
  return bytes.length === length ? bytes : undefined;
}
