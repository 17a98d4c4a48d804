/** What is known of a package file once it was read to its end. */
import type { PackageMeta } from '../../formats/format.ts';

export interface InspectedPackage {
  /** Where it was read: a path of this machine. */
  readonly source: string;
  readonly format: string;
  readonly meta: PackageMeta;
  readonly sizeBytes: number;
  readonly sha256: string;
}
