/** Public subpath `pakhus/testing`: conformance suites for drivers and formats; no test runner is needed. */

export type { FormatCase, FormatSubject, PackageWish } from './format-case.ts';
export { formatCases } from './format-conformance.ts';
export {
  type Deviations,
  planStorageCases,
  runStorageCase,
  type StorageCase,
  type StoragePlan,
  type StorageSubject,
} from './storage-case.ts';
export { storageCases } from './storage-conformance.ts';
