/** What another program left in the public folder, as the import of its repository wrote it down. */
import type { BlobRef, BlobStore } from '../../catalog/blobs.ts';
import { getJson } from '../../catalog/json-blob.ts';
import { arrayOf, text } from '../../core/shape.ts';
import type { CallOptions } from '../../storage/storage.ts';

/** Tells the paths that the list `ref` names, or that lie below one of its folders. @throws LEDGER_CORRUPT, STORE_* */
export async function readForeign(
  blobs: BlobStore,
  ref: BlobRef | null,
  call: CallOptions = {},
): Promise<(path: string) => boolean> {
  if (ref === null) return () => false;
  const entries = await getJson(blobs, ref, { ...call, what: 'list of foreign files', read: arrayOf(text) });
  const files = new Set(entries);
  const folders = entries.filter((entry) => entry.endsWith('/'));
  return (path) => files.has(path) || folders.some((folder) => path.startsWith(folder));
}
