/** What is known of a package file. */
import type { PackageMeta, PackageRecord } from '../../formats/format.ts';

/** A file that was read to its end. */
export interface InspectedPackage {
  /** Where it was read: a path of this machine. */
  readonly source: string;
  readonly format: string;
  readonly meta: PackageMeta;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A file whose bytes were accepted before, told by their digest. */
export interface RecognisedFile {
  readonly source: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a file of a repository is read as: a package of the format of that name, or a plain file, of which all is known. */
export type FileKind = string | Pick<InspectedPackage, 'format' | 'meta'>;

/** What is known of the format of a file before it is read, where its bytes leave a choice. */
export interface FormatWish {
  /** The one of the repository that it is for. */
  readonly only?: string | undefined;
  /** Those that have it unless another claims what is inside. */
  readonly first?: readonly string[];
}

/** Digests of packages that were accepted before, and their sizes in bytes. */
export type KnownDigests = ReadonlyMap<string, number>;

/** Packages that a place holds already. */
export interface KnownPackages {
  readonly digests: KnownDigests;
  /** The package with these bytes; undefined when there is none. */
  recall(file: RecognisedFile): InspectedPackage | undefined;
  /** Where the file with this digest is, below the repository's folder. */
  pathOf(sha256: string): string | undefined;
}

/** A package that was read, at its path. What is known of it stays where it is until somebody asks. */
export function recordOf(inspected: InspectedPackage, path: string): PackageRecord {
  return new InspectedRecord(inspected, path);
}

class InspectedRecord implements PackageRecord {
  readonly path: string;
  private readonly inspected: InspectedPackage;

  constructor(inspected: InspectedPackage, path: string) {
    this.inspected = inspected;
    this.path = path;
  }

  get name(): string {
    return this.inspected.meta.name;
  }

  get version(): string {
    return this.inspected.meta.version;
  }

  get architecture(): string {
    return this.inspected.meta.architecture;
  }

  get sizeBytes(): number {
    return this.inspected.sizeBytes;
  }

  get sha256(): string {
    return this.inspected.sha256;
  }

  get metadata(): string {
    return this.inspected.meta.metadata;
  }
}
