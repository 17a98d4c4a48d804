import type { BlobStore } from './blobs.ts';
import { createLeafStore, type LeafStore } from './leaf-store.ts';
import { createLoader, type Loader } from './loader.ts';
import { type Run, readRun } from './run.ts';

/** What revisions consist of, read and kept: blobs never change, so whoever looks at the same ones again finds them here. */
export interface CatalogReader {
  readonly blobs: BlobStore;
  readonly runs: Loader<Run>;
  readonly leaves: LeafStore;
}

export function createCatalogReader(blobs: BlobStore): CatalogReader {
  return {
    blobs,
    runs: createLoader((ref, call) => readRun(blobs, ref, call)),
    leaves: createLeafStore(blobs),
  };
}
