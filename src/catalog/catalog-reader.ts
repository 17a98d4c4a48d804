import type { Format } from '../formats/format.ts';
import { formatByName } from '../formats/table.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import type { BlobStore } from './blobs.ts';
import type { Catalog } from './catalog.ts';
import { createIndexFiles } from './index-files.ts';
import { createLeafStore, type LeafStore } from './leaf-store.ts';
import { createLoader, type Loader } from './loader.ts';
import { readPackages, type SlottedRecord } from './read-packages.ts';
import { type Run, readRun } from './run.ts';
import type { Uploads } from './uploads.ts';

/** What revisions consist of, read and kept: blobs never change, so whoever looks at the same ones again finds them here. */
export interface CatalogReader {
  readonly blobs: BlobStore;
  readonly runs: Loader<Run>;
  readonly leaves: LeafStore;
  /** Every look takes a while: few large files are had sooner than many leaves. */
  readonly isFar: boolean;
  /** All packages of a place, from its indexes. Undefined: they do not tell, and its leaves do. Errors: those of `Storage.read`. */
  readPlace(
    catalog: Catalog,
    place: { readonly channel: string; readonly component: string },
    call?: CallOptions,
  ): Promise<readonly SlottedRecord[] | undefined>;
}

/** `from`: where index files lie; without it no place is read from them. */
export function createCatalogReader(
  blobs: BlobStore,
  from?: { readonly tree: Storage; readonly state: Storage; readonly uploads: Uploads },
): CatalogReader {
  const filesOf = (format: Format) => from && createIndexFiles({ ...from, blobs, format });
  return {
    blobs,
    runs: createLoader((ref, call) => readRun(blobs, ref, call)),
    leaves: createLeafStore(blobs),
    isFar: from?.tree.capabilities.metadata ?? false,
    async readPlace(catalog, place, call = {}) {
      const format = formatByName(catalog.settings.format);
      const files = filesOf(format);
      return files && readPackages(catalog, place, { files, format, ...call });
    },
  };
}
