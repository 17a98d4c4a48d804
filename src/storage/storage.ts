/**
 * The storage port: objects under keys. No directories, links or rename.
 *
 * Keys: one or more segments joined by `/`; a segment is 1 to 255 bytes of UTF-8 without control characters and `\`, and is
 * neither `.` nor `..`; 1,024 bytes in all. Anything else fails with STORE_KEY_INVALID before the store is asked.
 * A directory cannot hold both `a` and `a/b`: the later of the two fails with STORE_KEY_INVALID there, so no layout may need it.
 *
 * Errors that every driver gives: STORE_OBJECT_NOT_FOUND (absent), STORE_CONFLICT (a condition was not met, and the
 * object is as it was), STORE_PERMISSION, STORE_FULL, STORE_UNAVAILABLE (the outcome of a write may be unknown).
 * Each names the store and the key in its message.
 *
 * Retry, limits, tracing, read-only and faults are wrappers that take a `Storage` and give one; drivers have none of it.
 */
export interface Storage {
  /** For messages: `/srv/repo`, `s3://bucket/prefix`. No secrets. */
  readonly name: string;
  readonly capabilities: StorageCapabilities;
  /** What is known of an object without its bytes. Absent: STORE_OBJECT_NOT_FOUND. */
  stat(key: string, options?: CallOptions): Promise<ObjectInfo>;
  /** An object's bytes, all or a range. Absent: STORE_OBJECT_NOT_FOUND. */
  read(key: string, options?: ReadOptions): Promise<ReadResult>;
  /**
   * Writes all of `body` or nothing; a reader sees the old object or the new one.
   * Without a condition it replaces what is there. Not safe to repeat blindly with `ifAbsent`: read back after an unknown outcome.
   */
  write(key: string, body: Body, options?: WriteOptions): Promise<ObjectInfo>;
  /**
   * Copies within the store, with the same conditions on the destination. The two never share later changes.
   * `contentType`, `cacheControl` and `meta` come from the source, unless one of them is given: then all three are as given.
   */
  copy(from: string, to: string, options?: WriteOptions): Promise<ObjectInfo>;
  /** Deletes; absent is fine. Too late for `untilMs`: STORE_CONFLICT, and the object stays. */
  delete(key: string, options?: DeleteOptions): Promise<void>;
  /**
   * Objects whose key starts with `prefix` (a plain string prefix), ascending by UTF-8 bytes of the key, after `startAfter`.
   * `contentType`, `cacheControl` and `meta` are not told.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** Everything acknowledged so far survives a power cut. */
  settle(options?: CallOptions): Promise<void>;
  /**
   * Runs `work` while no other process is in `exclusive` of this store; the lock dies with its process.
   * Waits up to 30 s, then STORE_LOCKED with who holds it. Only when `capabilities.exclusive`.
   */
  exclusive<T>(work: () => Promise<T>, options?: CallOptions): Promise<T>;
}

/**
 * What a store can promise. Data, never a type check. Probed where it cannot be known.
 * Without `createIfAbsent` or `replaceIfMatch` the condition is still looked at before the write, but another writer may slip
 * in between: good enough for a single writer only. `exclusive` without its capability fails with STORE_UNSAFE.
 */
export interface StorageCapabilities {
  /** `ifAbsent` lets exactly one of many writers win. */
  readonly createIfAbsent: boolean;
  /** `ifMatch` replaces only the object that was read. */
  readonly replaceIfMatch: boolean;
  /** `exclusive` works. */
  readonly exclusive: boolean;
  /** `meta` is kept with the object and comes back from `stat`. */
  readonly metadata: boolean;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /** First byte and number of bytes; the answer is shorter where the object ends. */
  readonly range?: { readonly offset: number; readonly length: number };
  /** The caller keeps all of it in memory: one large piece is better than many. */
  readonly whole?: boolean;
}

export interface ListOptions extends CallOptions {
  /** Only keys after this one. */
  readonly startAfter?: string;
  /** How many objects are likely to be read: a bucket need not send more at once. The list goes on for whoever reads on. */
  readonly pageSize?: number;
}

export interface DeleteOptions extends CallOptions {
  /**
   * The store itself refuses the request from this moment on, however late it arrives: milliseconds since 1970, by its own clock.
   * In a directory only inside `exclusive`, which keeps everybody else waiting meanwhile.
   */
  readonly untilMs?: number;
}

export interface WriteOptions extends CallOptions {
  /** Only when no object has this key; otherwise STORE_CONFLICT. */
  readonly ifAbsent?: boolean;
  /** Only when the object has this etag; otherwise, or when absent, STORE_CONFLICT. */
  readonly ifMatch?: string;
  /**
   * The bytes are safe from a power cut before the key shows them, so that no torn object is ever found at it (a commit record).
   * A directory otherwise promises that of replaced objects only, and of new ones after `settle`; buckets always do.
   */
  readonly durable?: boolean;
  readonly contentType?: string;
  readonly cacheControl?: string;
  /** Small values under lower-case names. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** The bytes to write: in memory, or a source that can be opened again for another try. */
export type Body = Uint8Array | ReopenableBody;

export interface ReopenableBody {
  readonly sizeBytes: number;
  /**
   * A fresh pass over the bytes. An error that it throws ends the write, nothing is left, and it reaches the caller as it is.
   * Other than `sizeBytes` of them: PACKAGE_CHANGED, and nothing is left.
   */
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  /**
   * The store's own date, milliseconds since 1970. In a directory, a name that is written again gets a new whole second each
   * time; a bucket has only its clock, so writers leave a second between two writes. What a write to a bucket gives is the date of
   * its answer, which may be some seconds after the one that `stat` and lists give.
   */
  readonly modifiedMs: number;
  /** Changes whenever the object is written, or, where a bucket takes it from the bytes (S3), only when they change; opaque. */
  readonly etag: string;
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly meta?: Readonly<Record<string, string>>;
}

export interface ReadResult {
  readonly info: ObjectInfo;
  /** The bytes; to be read to the end or abandoned with `return()`. */
  readonly body: AsyncIterable<Uint8Array>;
}
