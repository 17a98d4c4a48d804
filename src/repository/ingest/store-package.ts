/** Puts one package file into the public folder, under a name whose bytes never change. */
import { createReadStream, readFileSync } from 'node:fs';
import { createSha256, sha256Hex } from '../../core/digest.ts';
import { hasCode, PakhusError } from '../../core/pakhus-error.ts';
import type { Body, CallOptions, Storage } from '../../storage/storage.ts';

/** Files up to this size are read whole. */
const WHOLE_LIMIT_BYTES = 1024 * 1024;

export interface StorePlace {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Where it goes, below the repository's folder. */
  readonly path: string;
  /** Where it goes when other bytes lie at `path`; its name holds the digest. */
  readonly apartPath: string;
  /** The newest revision names `path` with these very bytes: whatever else lies there is damage. */
  readonly named: boolean;
}

export interface StoreTask extends StorePlace {
  /** The file on this machine. */
  readonly source: string;
}

/** Stores the file and says where. @throws PACKAGE_CHANGED, STORE_* */
export function storePackage(tree: Storage, task: StoreTask, options: CallOptions = {}): Promise<string> {
  return storeBody(tree, { ...task, body: () => verifiedBody(task) }, options);
}

/** The same for bytes from elsewhere, which have to be the expected ones. @throws what they throw, STORE_* */
export async function storeBody(
  tree: Storage,
  task: StorePlace & { readonly body: () => Body },
  options: CallOptions = {},
): Promise<string> {
  const { path, sizeBytes, sha256 } = task;
  if (task.named) {
    if (!(await holds(tree, { path, sizeBytes, sha256 }, options)))
      await tree.write(path, task.body(), { ...options, ...PACKAGE_HEADERS });
    return path;
  }
  const body = task.body();
  // The first write may tell that the store keeps no conditions.
  if (mayShare(tree) && (await createAt(tree, { path, body, task }, options)) && mayShare(tree)) return path;
  if (!(await createAt(tree, { path: task.apartPath, body, task }, options))) {
    await tree.write(task.apartPath, body, { ...options, ...PACKAGE_HEADERS });
  }
  return task.apartPath;
}

/**
 * A name that others may want for other bytes is taken by whoever creates it first. In a bucket where two can both be first, only a name
 * that holds the digest will do; a directory of that kind has one writer.
 */
function mayShare({ capabilities }: Storage): boolean {
  return capabilities.createIfAbsent || !capabilities.metadata;
}

/** Of package files, whose bytes never change under their names. */
export const PACKAGE_HEADERS = {
  cacheControl: 'public, max-age=31536000, immutable',
  contentType: 'application/octet-stream',
} as const;

/** True when the file is at `path` now, by our hand or another's. */
async function createAt(
  tree: Storage,
  at: { readonly path: string; readonly body: Body; readonly task: StorePlace },
  options: CallOptions,
): Promise<boolean> {
  try {
    await tree.write(at.path, at.body, { ...options, ...PACKAGE_HEADERS, ifAbsent: true });
    return true;
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    return holds(tree, { path: at.path, sizeBytes: at.task.sizeBytes, sha256: at.task.sha256 }, options);
  }
}

/** True when the object at `path` has this size and digest. Absent: false. */
export async function holds(
  tree: Storage,
  file: { readonly path: string; readonly sizeBytes: number; readonly sha256: string },
  options: CallOptions = {},
): Promise<boolean> {
  try {
    const { info, body } = await tree.read(file.path, options);
    if (info.sizeBytes !== file.sizeBytes) {
      for await (const _ of body) break;
      return false;
    }
    const digest = createSha256();
    for await (const chunk of body) digest.update(chunk);
    return digest.hex() === file.sha256;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return false;
    throw error;
  }
}

/** Bytes of the object at `path`; undefined when there is none. */
export async function sizeAt(tree: Storage, path: string, options: CallOptions): Promise<number | undefined> {
  try {
    return (await tree.stat(path, options)).sizeBytes;
  } catch (error) {
    if (hasCode(error, 'STORE_OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** The file's bytes, which must still be those that were read before. */
function verifiedBody(task: StoreTask): Body {
  if (task.sizeBytes <= WHOLE_LIMIT_BYTES) {
    const bytes = readFileSync(task.source);
    if (sha256Hex(bytes) !== task.sha256) throw changed(task);
    return bytes;
  }
  return { sizeBytes: task.sizeBytes, open: () => verifiedChunks(task) };
}

async function* verifiedChunks(task: StoreTask): AsyncIterable<Uint8Array> {
  const digest = createSha256();
  let held: Uint8Array | undefined;
  for await (const chunk of createReadStream(task.source, { highWaterMark: WHOLE_LIMIT_BYTES })) {
    digest.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (digest.hex() !== task.sha256) throw changed(task);
  if (held !== undefined) yield held;
}

function changed(task: StoreTask): PakhusError {
  return new PakhusError('PACKAGE_CHANGED', `${task.source} changed while it was being published`, {
    hint: 'Wait until the file is complete, then publish again.',
    details: { path: task.source, expected: task.sha256 },
  });
}
