/**
 * Plain files beside packages: images, manifests, whatever a build leaves. Each is a record like any package, so revisions, rollback,
 * promotion, collection and `verify` are the same for it. Two things differ, because people fetch such a file by a name that it keeps
 * from build to build:
 *
 * ```
 * <folder>/by-hash/<sha256>/image.bin      where its bytes lie, and never change: the path of the record
 * <folder>/image.bin                       a pointer to them, which a later revision may lead to other bytes
 * <folder>/sha256sums                      the index, written after all of these
 * ```
 */
import type { PackageMeta, PackagePlace, PackageRecord, RepositorySettings } from './format.ts';

/** How a format takes plain files. */
export interface PlainFiles {
  /** The slot of all of them. A file takes the place of the one that had its name. */
  readonly slot: string;
  /** The kind of index text that lists them. */
  readonly segment: string;
  /** Whether a place takes any file as it is, and no packages. */
  takes(settings: RepositorySettings, place: Pick<PackagePlace, 'channel' | 'component'>): boolean;
  /** What a file of this name is to the index; undefined: a name that the repository makes itself. @throws PACKAGE_INVALID */
  describe(name: string, place: Omit<PackagePlace, 'sha256' | 'apart'>): PackageMeta | undefined;
  /** The usual name of a file, beside an index that lists it. */
  usualPath(record: Pick<PackageRecord, 'name'>, indexPath: string): string;
}
