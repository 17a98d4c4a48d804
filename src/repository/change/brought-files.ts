/** The list of package files that a revision brings: for `show`, which says when a package came. */
import type { BlobRef, BlobStore } from '../../catalog/blobs.ts';
import { callOf } from '../../catalog/call-of.ts';
import { getJson, putJson } from '../../catalog/json-blob.ts';
import { mapEach } from '../../core/map-each.ts';
import { text } from '../../core/shape.ts';
import type { PackageRecord } from '../../formats/format.ts';
import type { CallOptions } from '../../storage/storage.ts';
import { encodeFileLines, type FileLine, parseFileLines } from './file-lines.ts';

/** Null when it brings none. */
export async function putBroughtFiles(
  blobs: BlobStore,
  brought: readonly PackageRecord[],
  call: CallOptions,
): Promise<BlobRef | null> {
  if (brought.length === 0) return null;
  const files = mapEach(brought, ({ path, sizeBytes, sha256 }) => ({ name: path, sizeBytes, sha256 }));
  return putJson(blobs, encodeFileLines(files), callOf(call));
}

/** Their names are paths. @throws LEDGER_CORRUPT, STORE_* */
export async function readBroughtFiles(
  blobs: BlobStore,
  ref: BlobRef,
  call: CallOptions,
): Promise<readonly FileLine[]> {
  const read = (value: unknown): readonly FileLine[] => [...parseFileLines(text(value))];
  return getJson(blobs, ref, { ...call, what: 'list of new files', read });
}
