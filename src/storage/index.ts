/** Public subpath `pakhus/storage`: the port, the drivers, and wrappers that take a store and give a store. */
export { type Fault, type FaultOptions, type FaultyCall, faultyStorage, ProcessDeath } from './fault.ts';
export { checkConditions, checkKey, checkPrefix, compareKeys } from './keys.ts';
export { limitConcurrency } from './limit-concurrency.ts';
export { type LocalStorageOptions, openLocalStorage } from './local.ts';
export { createMemoryStorage, type MemoryStorageOptions } from './memory.ts';
export { type OpenStorageOptions, openStorage } from './open-storage.ts';
export { plusTwins } from './plus-twin.ts';
export { prefixStorage } from './prefix.ts';
export { type ReadAllOptions, readBytes, readText } from './read-all.ts';
export { readOnlyStorage } from './read-only.ts';
export { type RetryOptions, retryStorage } from './retry.ts';
export { parseS3Location, type S3Location } from './s3/location.ts';
export { openS3Storage, type S3StorageOptions } from './s3.ts';
export type {
  Body,
  CallOptions,
  DeleteOptions,
  ListOptions,
  ObjectInfo,
  ReadOptions,
  ReadResult,
  ReopenableBody,
  Storage,
  StorageCapabilities,
  WriteOptions,
} from './storage.ts';
export { type StorageCall, type StorageOperation, type TraceOptions, traceStorage } from './trace.ts';
